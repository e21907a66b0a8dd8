"""Erasing and merging clients, in the words every consumer shares.

An erasure is told by `clients.client.deleted`, or by `clients.draft.discarded` for what was
uploaded to a client that never came to be; a merge by `clients.client.merged`. All are rare, so
a consumer handles them one by one; their statements read nothing back.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.orm import Session

from shared.contracts.tombstones import is_tombstone
from shared.ids import uuid7
from shared.messaging.envelope import Envelope

CLIENT_DELETED = "clients.client.deleted.v1"
DRAFT_DISCARDED = "clients.draft.discarded.v1"
CLIENT_MERGED = "clients.client.merged.v1"

#: The types of events that tell of an erasure.
ERASING = frozenset({CLIENT_DELETED, DRAFT_DISCARDED})


@dataclass(frozen=True, slots=True)
class Erasure:
    """A client to be erased, with the ids of those that had been merged into it."""

    workspace_id: str
    client_id: str
    aliases: tuple[str, ...]
    correlation_id: str
    causation_id: str

    @property
    def client_ids(self) -> list[str]:
        """Every id whose data goes."""
        return [self.client_id, *self.aliases]


@dataclass(frozen=True, slots=True)
class Merge:
    """A client that lives on under another id; `followers` had been merged into it before."""

    workspace_id: str
    source: str
    target: str
    followers: tuple[str, ...]


def erasures(envelopes: Sequence[Envelope]) -> Iterator[Erasure]:
    """The deletions among the envelopes."""
    for envelope in envelopes:
        if envelope["type"] in ERASING and envelope["client_id"]:
            yield Erasure(
                envelope["workspace"],
                envelope["client_id"],
                tuple(envelope["data"].get("aliases", ())),
                envelope["correlationid"],
                envelope["id"],
            )


def merges(envelopes: Sequence[Envelope]) -> Iterator[Merge]:
    """The merges among the envelopes. That of a client erased since is a tombstone: the
    deletion says what followed it."""
    for envelope in envelopes:
        if envelope["type"] == CLIENT_MERGED and not is_tombstone(envelope["data"]):
            data = envelope["data"]
            source, target = data["source"]["id"], data["target"]["id"]
            yield Merge(envelope["workspace"], source, target, tuple(data["aliases"]))


# Of two merges in a chain that are applied at the same moment, neither would see the other's. A
# statement before the other on purpose: that one's snapshot starts when it holds the lock.
_LOCK_ALIASES = text(
    "SELECT pg_advisory_xact_lock(hashtext('client_aliases'), hashtext(:workspace))"
)
# The target may be an alias itself by the time this is heard of, and the table stays flat.
_ALIAS = text(
    """
    WITH target AS (
        SELECT coalesce((SELECT target_id FROM client_aliases
                         WHERE client_id = CAST(:target AS uuid)), CAST(:target AS uuid)) AS id
    ), followed AS (
        UPDATE client_aliases SET target_id = target.id FROM target
        WHERE client_aliases.target_id = ANY (CAST(:sources AS uuid[]))
          AND client_aliases.client_id <> ALL (CAST(:sources AS uuid[]))
          AND client_aliases.client_id <> target.id
    )
    INSERT INTO client_aliases (client_id, workspace_id, target_id)
    SELECT source, CAST(:workspace AS uuid), target.id
    FROM unnest(CAST(:sources AS uuid[])) AS source, target WHERE source <> target.id
    ON CONFLICT (client_id) DO UPDATE SET target_id = excluded.target_id
    """
)
_REMEMBER = text(
    """
    INSERT INTO erased_clients (client_id, workspace_id)
    SELECT client_id, CAST(:workspace AS uuid)
    FROM unnest(CAST(:clients AS uuid[])) AS client_id ORDER BY client_id
    ON CONFLICT (client_id) DO NOTHING
    """
)
_ERASE_MESSAGES = text("SELECT erase_messages(CAST(:clients AS uuid[]), :most)")


def remember_aliases(
    connection: Connection, workspace_id: str, sources: Sequence[str], target: str
) -> None:
    """From now on the sources' ids answer for the target, and what follows for its own."""
    if sources:
        connection.execute(_LOCK_ALIASES, {"workspace": workspace_id})
        given = {"workspace": workspace_id, "sources": list(sources), "target": target}
        connection.execute(_ALIAS, given)


def remember_erased(connection: Connection, erasure: Erasure) -> None:
    """Refuse whatever comes late for the client, and forget its dead letters."""
    remember_aliases(connection, erasure.workspace_id, erasure.aliases, erasure.client_id)
    given = {"workspace": erasure.workspace_id, "clients": erasure.client_ids}
    connection.execute(_REMEMBER, given)
    # Of a service that only receives, all is in its dead letters; its own log names no client.
    connection.execute(_ERASE_MESSAGES, {"clients": erasure.client_ids, "most": 0})


def erase_messages(session: Session, client_ids: Collection[uuid.UUID], most: int) -> int:
    """Make tombstones of so many of the log's events about the clients; how many there were."""
    return int(session.scalar(_ERASE_MESSAGES, {"clients": [*client_ids], "most": most}) or 0)


def report_statement(service: str, gone: str, counts: Mapping[str, str]) -> TextClause:
    """One statement that erases and tells of it: never one without the other.

    `gone` are the CTEs that delete the rows of `:clients`, `counts` an SQL expression for each
    number. The same deletion heard of again deletes what is left and announces nothing more; a
    second deletion of the same client (it was restored from a backup) is reported too.
    """
    counted = ", ".join(f"'{name}', {expression}" for name, expression in counts.items())
    actor = f'{{"kind": "system", "id": null, "name": "{service}"}}'
    return text(
        f"""
        WITH {gone}
        INSERT INTO event_log (event_id, workspace_id, client_id, type, subject,
                               aggregate_version, actor, correlation_id, causation_id, data)
        SELECT CAST(:event_id AS uuid), CAST(:workspace AS uuid), CAST(:client AS uuid),
               '{service}.client.erased.v1', 'client/' || :client, told.version + 1, '{actor}',
               :correlation, :causation, jsonb_build_object(
                   'client', jsonb_build_object('id', CAST(:client AS text)),
                   'counts', jsonb_build_object({counted}))
        FROM (
            SELECT coalesce(max(aggregate_version), 0) AS version,
                   coalesce(bool_or(causation_id = :causation), false) AS already
            FROM event_log WHERE workspace_id = CAST(:workspace AS uuid)
              AND client_id = CAST(:client AS uuid)
        ) AS told
        WHERE NOT told.already
        """
    )


def report(connection: Connection, statement: TextClause, erasure: Erasure) -> None:
    """Carry out a statement made by `report_statement`."""
    given = {
        "event_id": str(uuid7()),
        "workspace": erasure.workspace_id,
        "client": erasure.client_id,
        "clients": erasure.client_ids,
        "correlation": erasure.correlation_id,
        "causation": erasure.causation_id,
    }
    connection.execute(statement, given)
