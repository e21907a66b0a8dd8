"""What documents do with events of clients: know the client, follow it into another, and go
when it is deleted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from shared.messaging.envelope import Envelope
from shared.messaging.erasure import (
    Erasure,
    Merge,
    erasures,
    merges,
    remember_aliases,
    remember_erased,
)

_CREATED = "clients.client.created.v1"

_MAKE_REFS = text(
    """
    INSERT INTO client_refs (workspace_id, client_id)
    SELECT CAST(:workspace AS uuid), client_id
    FROM unnest(CAST(:clients AS uuid[])) AS client_id
    ORDER BY client_id
    ON CONFLICT DO NOTHING
    """
)
# Made if they are missing, then locked: a command that began before is waited for and its
# document found, one that begins after it sees the erasure or the merge.
_LOCK_REFS = text(
    """
    SELECT client_id FROM client_refs WHERE client_id = ANY (CAST(:clients AS uuid[]))
    ORDER BY client_id FOR UPDATE
    """
)
_MOVE = text(
    """
    UPDATE documents SET client_id = coalesce(
        (SELECT target_id FROM client_aliases WHERE client_id = CAST(:target AS uuid)),
        CAST(:target AS uuid))
    WHERE client_id = ANY (CAST(:clients AS uuid[])) AND client_id <> CAST(:target AS uuid)
    """
)
# A deletion is reported once, under the client's present id, when all of it is carried out.
_COUNT = text(
    """
    UPDATE erased_clients AS e
    SET aliases = CAST(:aliases AS uuid[]), documents = mine.documents, bytes = mine.bytes,
        correlation_id = :correlation, causation_id = :causation,
        reported_at = CASE WHEN e.client_id = CAST(:client AS uuid) THEN NULL
                           ELSE clock_timestamp() END
    FROM (
        SELECT count(*) AS documents,
               coalesce(sum(size) FILTER (WHERE status <> 'quarantined'), 0) AS bytes
        FROM documents
        WHERE client_id = ANY (CAST(:clients AS uuid[])) AND status <> 'deleted'
    ) AS mine
    WHERE e.client_id = ANY (CAST(:clients AS uuid[]))
      AND e.causation_id IS DISTINCT FROM :causation
    """
)
# Rows without objects go at once; the others when the job has removed their objects.
_FORGET = text(
    """
    DELETE FROM documents
    WHERE client_id = ANY (CAST(:clients AS uuid[])) AND status IN ('quarantined', 'deleted')
    """
)
_DELETE = text(
    """
    UPDATE documents SET status = 'deleting', updated_at = clock_timestamp(),
        attempts = 0, lease_until = NULL
    WHERE client_id = ANY (CAST(:clients AS uuid[]))
      AND status IN ('pending', 'checking', 'available')
    """
)


def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Know the clients that were made, and do with the documents of those that were merged or
    deleted what was done with them.

    A client that was deleted stays so, whatever arrives about it later.
    """
    created = {e["client_id"] for e in envelopes if e["type"] == _CREATED and e["client_id"]}
    for merge in merges(envelopes):
        _merge(connection, merge)
    for erasure in erasures(envelopes):
        _erase(connection, erasure)
    if created:
        given = {"workspace": envelopes[0]["workspace"], "clients": sorted(created)}
        connection.execute(_MAKE_REFS, given)


def _merge(connection: Connection, merge: Merge) -> None:
    sources = [merge.source, *merge.followers]
    given = {
        "workspace": merge.workspace_id,
        "target": merge.target,
        "clients": [*sources, merge.target],
    }
    remember_aliases(connection, merge.workspace_id, sources, merge.target)
    for statement in (_MAKE_REFS, _LOCK_REFS, _MOVE):
        connection.execute(statement, given)


def _erase(connection: Connection, erasure: Erasure) -> None:
    given = {
        "workspace": erasure.workspace_id,
        "client": erasure.client_id,
        "clients": erasure.client_ids,
        "aliases": list(erasure.aliases),
        "correlation": erasure.correlation_id,
        "causation": erasure.causation_id,
    }
    remember_erased(connection, erasure)
    for statement in (_MAKE_REFS, _LOCK_REFS, _COUNT, _FORGET, _DELETE):
        connection.execute(statement, given)
