"""Writing the timeline, set by set: no object per row, no statement per event."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

from shared.db.pipelining import send
from shared.messaging.envelope import Envelope
from shared.messaging.erasure import Erasure, remember_erased, report, report_statement

# Two batches of one client may be applied at once; if one of them deletes it, the other
# must not add a row behind the deletion's back. This lock waits for all whose transaction has
# inserted; those that insert later wait for it before their statement takes its snapshot, so
# they see the erasure. Inserting costs no statement more.
_EXCLUDE = text("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")

# An erased client's event keeps its place and what it told of money on issued invoices, as in
# its producer's log; what tells of the erasure itself names nobody.
_TOMBSTONE = """
    jsonb_build_object('erased', true) || CASE
        WHEN {0}.data #>> '{{invoice,number}}' IS NULL THEN '{{}}'
        ELSE jsonb_build_object('invoice', {0}.data -> 'invoice') END
"""
_NOBODY = """
    CASE WHEN {0}.actor ->> 'kind' = 'contact'
         THEN '{{"kind": "contact", "id": null, "name": "erased"}}' ELSE {0}.actor END
"""
_TELLS_OF_ERASURE = "{0}.type LIKE '%.client.deleted.v%' OR {0}.type LIKE '%.client.erased.v%'"

_RECORD = text(
    f"""
    INSERT INTO events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                        aggregate_version, occurred_at, actor, correlation_id, causation_id,
                        traceparent, data)
    SELECT e.id, e.workspace, e.client_id, e.source, e.epoch, e.pos, e.type, e.subject,
           e.aggregateversion, e."time",
           CASE WHEN gone THEN {_NOBODY.format("e")} ELSE e.actor END,
           e.correlationid, e.causationid, e.traceparent,
           CASE WHEN gone THEN {_TOMBSTONE.format("e")} ELSE e.data END
    FROM jsonb_to_recordset(CAST(:envelopes AS jsonb)) AS e(
        id uuid, workspace uuid, client_id uuid, source text, epoch uuid, pos bigint,
        type text, subject text, aggregateversion bigint, "time" timestamptz, actor jsonb,
        correlationid text, causationid text, traceparent text, data jsonb)
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM erased_clients x WHERE x.client_id = e.client_id)
               AND NOT ({_TELLS_OF_ERASURE.format("e")}) AS gone) AS fate
    ON CONFLICT (event_id) DO NOTHING
    """
)

_ERASE = report_statement(
    "activity",
    f"""gone AS (
        UPDATE events AS e SET actor = {_NOBODY.format("e")}, data = {_TOMBSTONE.format("e")}
        WHERE e.workspace_id = CAST(:workspace AS uuid)
          AND e.client_id = ANY (CAST(:clients AS uuid[]))
          AND NOT ({_TELLS_OF_ERASURE.format("e")})
          AND NOT coalesce(e.data @> '{{"erased"\\: true}}', false) RETURNING 1
    )""",
    {"entries": "(SELECT count(*) FROM gone)"},
)


def keep_everyone_out(connection: Connection) -> None:
    """Wait for all that write to the timeline and hold them off until this transaction ends."""
    connection.execute(_EXCLUDE)


def record_events(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Add the envelopes that are new; of a client that is erased, their places alone."""
    send(connection, _RECORD, {"envelopes": orjson.dumps(envelopes).decode()})


def erase_client(connection: Connection, erasure: Erasure) -> None:
    """Take the words out of the client's rows, and of every later one, and report it, at once."""
    keep_everyone_out(connection)
    remember_erased(connection, erasure)
    report(connection, _ERASE, erasure)
