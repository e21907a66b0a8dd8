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

_RECORD = text(
    """
    INSERT INTO events (event_id, workspace_id, client_id, source, epoch, pos, type, subject,
                        aggregate_version, occurred_at, actor, correlation_id, causation_id,
                        traceparent, data)
    SELECT e.id, e.workspace, e.client_id, e.source, e.epoch, e.pos, e.type, e.subject,
           e.aggregateversion, e."time", e.actor, e.correlationid, e.causationid,
           e.traceparent, e.data
    FROM jsonb_to_recordset(CAST(:envelopes AS jsonb)) AS e(
        id uuid, workspace uuid, client_id uuid, source text, epoch uuid, pos bigint,
        type text, subject text, aggregateversion bigint, "time" timestamptz, actor jsonb,
        correlationid text, causationid text, traceparent text, data jsonb)
    WHERE NOT EXISTS (SELECT 1 FROM erased_clients x WHERE x.client_id = e.client_id)
    ON CONFLICT (event_id) DO NOTHING
    """
)

_ERASE = report_statement(
    "activity",
    """gone AS (
        DELETE FROM events WHERE workspace_id = CAST(:workspace AS uuid)
          AND client_id = ANY (CAST(:clients AS uuid[])) RETURNING 1
    )""",
    {"entries": "(SELECT count(*) FROM gone)"},
)


def keep_everyone_out(connection: Connection) -> None:
    """Wait for all that write to the timeline and hold them off until this transaction ends."""
    connection.execute(_EXCLUDE)


def record_events(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Add the envelopes that are new and whose client is not erased."""
    send(connection, _RECORD, {"envelopes": orjson.dumps(envelopes).decode()})


def erase_client(connection: Connection, erasure: Erasure) -> None:
    """Delete the client's rows, refuse every later one, and report it, all at once."""
    keep_everyone_out(connection)
    remember_erased(connection, erasure)
    report(connection, _ERASE, erasure)


def empty_timeline(connection: Connection) -> None:
    """Delete every row that events made, for a rebuild in the same transaction.

    The erased clients stay known, so a log that still holds them brings none of them back.
    """
    keep_everyone_out(connection)
    connection.execute(text("DELETE FROM events"))
