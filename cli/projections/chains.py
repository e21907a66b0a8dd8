"""The chains of seals held against themselves and against the producers' logs.

Three passes, each in passing whatever their number. Along each chain, every seal must follow
from the one before it and every row of the timeline must say what was sealed. At its end, the
chain must have as many entries and the same seal as is noted. And every event of a log that is
due must have its place, with what the log says.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from cli.projections.databases import Engines, erased_clients, snapshot
from cli.projections.report import Difference
from cli.projections.timeline import Pairs
from services.activity.events.queries.contents import payload_hash
from services.activity.events.rules.seals import CONTEXT, first_seal, next_seal
from shared.messaging.topology import SUBSCRIPTIONS, source_of
from shared.security.crypto import Vault

_PAGE = 2000
_CHAINED = text(
    f"""
    SELECT f.pos, f.workspace_id, f.source, f.source_pos, f.event_id, f.type, f.parked,
           coalesce(f.client_id, f.workspace_id) AS chain_id, f.payload_hash, f.seal,
           e.event_id IS NOT NULL AS is_kept, l.pos IS NOT NULL AS is_lost,
           {payload_hash("e")} AS says,
           e.data @> '{{"erased": true}}' AND EXISTS (
               SELECT FROM erased_clients AS x WHERE x.client_id = f.client_id) AS is_silent,
           c.entries AS end_entries, c.seal AS end_seal
    FROM feed AS f LEFT JOIN events AS e ON e.event_id = f.event_id
    LEFT JOIN feed_lost AS l ON l.pos = f.pos
    LEFT JOIN feed_chains AS c ON c.workspace_id = f.workspace_id AND c.source = f.source
        AND c.chain_id = coalesce(f.client_id, f.workspace_id)
    WHERE f.source = :source ORDER BY f.workspace_id, chain_id, f.pos
    """
)
_EMPTY = text(
    """
    SELECT c.chain_id, c.entries FROM feed_chains AS c
    WHERE c.source = :source AND NOT EXISTS (
        SELECT FROM feed AS f
        WHERE f.workspace_id = c.workspace_id AND f.source = c.source
          AND coalesce(f.client_id, f.workspace_id) = c.chain_id)
    """
)
_PLACED = text(
    """
    SELECT CAST(event_id AS text) AS event_id, source_pos AS pos, type, payload_hash AS says
    FROM feed AS f WHERE source = :source AND NOT parked
      AND NOT EXISTS (SELECT FROM feed_lost AS l WHERE l.pos = f.pos) ORDER BY event_id
    """
)
_LOG = text(
    f"""
    SELECT CAST(event_id AS text) AS event_id, pos, client_id, type,
           {payload_hash("event_log")} AS says
    FROM event_log ORDER BY event_id
    """
)
_UPTO = text("SELECT placed_pos FROM feed_sources WHERE source = :source")
_LETTERS = text(
    """
    SELECT d.pos FROM dead_letters AS d JOIN consumer_progress USING (source, epoch)
    WHERE source = :source AND d.state <> 'replayed'
    """
)

Key = tuple[uuid.UUID, uuid.UUID]


def compare_chains(engines: Engines, vault: Vault) -> tuple[int, list[Difference]]:
    """How many entries were looked at over all sources, and what is wrong with them."""
    checked, found = 0, list[Difference]()
    for source in SUBSCRIPTIONS["activity"]:
        # The feed's snapshot comes first: what it holds, the log's later one holds too.
        with snapshot(engines("activity")) as activity, snapshot(engines(source)) as log:
            walk = _Walk(source_of(source), vault.key(CONTEXT))
            found += walk.along(activity)
            checked += walk.entries
            found += _against_log(source, activity, log)
    return checked, found


@dataclass(slots=True)
class _Walk:
    """Along every chain of a source."""

    source: str
    key: bytes
    entries: int = 0

    def along(self, connection: Connection) -> Iterator[Difference]:
        """What does not follow, what was changed, and which ends are not where they were."""
        rows = _stream(connection, _CHAINED, self.source)
        for chain, entries in itertools.groupby(rows, key=_chain_of):
            yield from self._along_one(chain, entries)
        for row in connection.execute(_EMPTY, {"source": self.source}):
            yield self._difference(
                f"chain {row.chain_id}", "cut off", f"{row.entries} entries", "0"
            )

    def _along_one(self, chain: Key, entries: Iterator[Row[Any]]) -> Iterator[Difference]:
        seal, count, end = first_seal(self.key, chain[0], self.source, chain[1]), 0, (0, b"")
        for row in entries:
            expected = next_seal(self.key, seal, row.event_id, bytes(row.payload_hash))
            if bytes(row.seal) != expected:
                yield self._difference(
                    _where(row), "seal broken", expected.hex(), bytes(row.seal).hex()
                )
            yield from self._said(row)
            # From the seal that is there, so that each break is told once, where it is.
            seal, count = bytes(row.seal), count + 1
            end = (row.end_entries or 0, bytes(row.end_seal or b""))
        self.entries += count
        if end != (count, seal):
            yield self._difference(f"chain {chain[1]}", "cut off", f"{end[0]} entries", f"{count}")

    def _said(self, row: Row[Any]) -> Iterator[Difference]:
        if row.parked or row.is_silent or (row.is_lost and not row.is_kept):
            return
        if not row.is_kept:
            yield self._difference(_where(row), "missing", row.type, "not on the timeline")
        elif bytes(row.says) != bytes(row.payload_hash):
            yield self._difference(
                _where(row), "changed", bytes(row.payload_hash).hex(), bytes(row.says).hex()
            )

    def _difference(self, where: str, what: str, expected: str, found: str) -> Difference:
        return Difference(f"{self.source} {where}", what, expected, found)


def _against_log(source: str, activity: Connection, log: Connection) -> Iterator[Difference]:
    name = source_of(source)
    due = int(activity.scalar(_UPTO, {"source": name}) or 0)
    letters = frozenset(activity.scalars(_LETTERS, {"source": name}))
    erased = erased_clients(activity)
    pairs = Pairs(_stream(log, _LOG, name), _stream(activity, _PLACED, name))
    for said, placed in pairs:
        if placed is None:
            # What was erased before there was a feed has no place in it.
            is_due = said.pos is not None and said.pos <= due and said.pos not in letters
            if is_due and said.client_id not in erased:
                yield Difference(f"{name} {_where(said)}", "no place", said.type, "not in the feed")
        elif said is None:
            yield Difference(f"{name} {_where(placed)}", "extra", "not in the log", placed.type)
        # Of an erased client, what was placed may have been a tombstone already.
        elif said.client_id not in erased and bytes(said.says) != bytes(placed.says):
            yield Difference(
                f"{name} {_where(said)}", "changed", bytes(said.says).hex(),
                bytes(placed.says).hex(),
            )  # fmt: skip


def _stream(connection: Connection, statement: Any, source: str) -> Iterator[Row[Any]]:
    given = {} if statement is _LOG else {"source": source}
    yield from connection.execute(statement, given, execution_options={"yield_per": _PAGE})


def _chain_of(row: Row[Any]) -> Key:
    return row.workspace_id, row.chain_id


def _where(row: Any) -> str:
    place = getattr(row, "source_pos", None) or row.pos
    return f"{place} {row.event_id}"
