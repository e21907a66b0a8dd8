"""Placing: every event gets the next position of the feed, sealed, in its source's order.

As with a log's own positions, two statements decide: the first locks the row with the last
position, the second reads what has none yet, so that its snapshot holds whatever was placed
before. Two that place at once take turns; one that is killed leaves all or nothing.

What is placed is received without a hole before it: the contiguous position of its source is
the bound. A parked envelope keeps its place empty; if it is replayed later, its event is placed
then, at the end, since readers have passed its own place.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, RowMapping, text

from services.activity.events.queries.contents import payload_hash
from services.activity.events.rules.seals import CONTEXT, UNREAD, first_seal, next_seal
from shared.db.engine import autocommitting
from shared.failpoints import failpoint
from shared.messaging.lives import NOTICE_LIFE
from shared.security.crypto import Vault

#: Positions of each source in one round: more would hold the lock longer and gain nothing.
WINDOW = 500
# Replays are done by hand, and looking for them costs a look at every parked place.
_LOOK_FOR_REPLAYED_SECONDS = 5.0
_RETIRE_SECONDS = 60.0

_ANYTHING_TO_DO = text(
    """
    SELECT EXISTS (
        SELECT FROM consumer_progress AS p LEFT JOIN feed_sources AS f ON f.source = p.source
        WHERE f.epoch IS DISTINCT FROM p.epoch OR f.placed_pos < p.contiguous_pos)
    """
)
_LOCK = text("SELECT last_pos FROM feed_state WHERE k = 1 FOR UPDATE")
# A source that begins another life is followed from its beginning, and so does the feed begin
# another: what readers were told may never have happened.
_FOLLOW = text(
    """
    WITH reborn AS (
        UPDATE feed_sources AS f SET epoch = p.epoch, placed_pos = 0
        FROM consumer_progress AS p WHERE p.source = f.source AND p.epoch <> f.epoch RETURNING 1
    ), met AS (
        INSERT INTO feed_sources (source, epoch) SELECT source, epoch FROM consumer_progress
        ON CONFLICT (source) DO NOTHING
    )
    UPDATE feed_state SET epoch = gen_random_uuid() WHERE EXISTS (SELECT FROM reborn)
    """
)
_WINDOWS = text(
    """
    SELECT f.source, f.epoch, f.placed_pos AS after,
           least(p.contiguous_pos, f.placed_pos + :window) AS upto
    FROM feed_sources AS f JOIN consumer_progress AS p ON p.source = f.source
    WHERE p.contiguous_pos > f.placed_pos ORDER BY f.source
    """
)
# What of a row of `events AS e` its place repeats. Ids that only travel on do so as text.
_REPEATED = ("workspace_id", "source", "source_pos", "event_id", "client_id", "type", "parked",
             "size")  # fmt: skip
_OF_EVENT = """
    CAST(e.workspace_id AS text) AS workspace_id, e.source, e.pos AS source_pos, e.event_id,
    CAST(e.client_id AS text) AS client_id, e.type, false AS parked,
    octet_length(CAST(e.data AS text)) AS size
"""
# An event may be known from an earlier life of its source's log: then it has its place. It is
# looked for event by event (`OFFSET` keeps the planner from a join): while the feed is small or
# its statistics are old, one look at all of it seems cheaper, and is made in every round.
_UNPLACED = text(
    f"""
    SELECT {_OF_EVENT}, e.occurred_at, {payload_hash("e")} AS payload_hash
    FROM events AS e
    WHERE e.source = :source AND e.pos > :after AND e.pos <= :upto
      AND NOT EXISTS (
          SELECT FROM feed AS f WHERE f.event_id = e.event_id AND NOT f.parked OFFSET 0)
    UNION ALL
    SELECT CAST(d.workspace_id AS text), d.source, d.pos, d.event_id, CAST(d.client_id AS text),
           d.type, true, 0, NULL, CAST(:unread AS bytea)
    FROM dead_letters AS d
    WHERE d.source = :source AND d.pos > :after AND d.pos <= :upto
      AND d.epoch = :epoch AND d.state <> 'replayed' AND d.workspace_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM feed AS f WHERE f.parked AND f.source = d.source
                      AND f.source_pos = d.pos AND f.event_id IS NOT DISTINCT FROM d.event_id)
    ORDER BY source_pos
    """
)
_REPLAYED = text(
    f"""
    SELECT {_OF_EVENT}, CAST(NULL AS timestamptz) AS occurred_at,
           {payload_hash("e")} AS payload_hash
    FROM feed AS f
    JOIN events AS e ON e.source = f.source AND e.pos = f.source_pos AND e.event_id = f.event_id
    WHERE f.parked
      AND NOT EXISTS (SELECT FROM feed AS x WHERE x.event_id = e.event_id AND NOT x.parked)
    ORDER BY f.pos LIMIT :window
    """
)
_CHAINS = text(
    """
    SELECT CAST(c.workspace_id AS text), c.source, CAST(c.chain_id AS text),
           c.entries, c.seal, c.latest
    FROM feed_chains AS c JOIN jsonb_to_recordset(CAST(:chains AS jsonb)) AS wanted(
        workspace_id uuid, source text, chain_id uuid) USING (workspace_id, source, chain_id)
    """
)
_PLACE = text(
    """
    INSERT INTO feed (pos, workspace_id, source, source_pos, event_id, client_id, type, parked,
                      size, payload_hash, seal)
    SELECT pos, workspace_id, source, source_pos, event_id, client_id, type, parked, size,
           decode(payload_hash, 'hex'), decode(seal, 'hex')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(
        pos bigint, workspace_id uuid, source text, source_pos bigint, event_id uuid,
        client_id uuid, type text, parked boolean, size int, payload_hash text, seal text)
    """
)
_END_CHAINS = text(
    """
    INSERT INTO feed_chains (workspace_id, source, chain_id, entries, seal, latest)
    SELECT workspace_id, source, chain_id, entries, decode(seal, 'hex'), latest
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(
        workspace_id uuid, source text, chain_id uuid, entries bigint, seal text,
        latest timestamptz)
    ON CONFLICT (workspace_id, source, chain_id) DO UPDATE
    SET entries = excluded.entries, seal = excluded.seal, latest = excluded.latest
    """
)
_HOLD_BACK = text(
    """
    UPDATE events SET not_before = given.at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(event_id uuid, at timestamptz)
    WHERE events.event_id = given.event_id
    """
)
_MOVE_SOURCE = text("UPDATE feed_sources SET placed_pos = :upto WHERE source = :source")
_MOVE = text("UPDATE feed_state SET last_pos = :pos WHERE k = 1")
_RETIRE = text(
    """
    UPDATE feed_state AS s SET earliest_pos = coalesce(
        (SELECT f.pos FROM feed AS f
         WHERE f.pos >= s.earliest_pos
           AND f.fed_at >= clock_timestamp() - make_interval(days => :days)
         ORDER BY f.pos LIMIT 1), s.last_pos + 1)
    WHERE k = 1
    """
)

# The workspace, the source, and the client or the workspace, as text.
ChainKey = tuple[str, str, str]


@dataclass(slots=True)
class Chain:
    """The end of what one source has told of one client."""

    seal: bytes
    entries: int = 0
    latest: datetime | None = None


@dataclass(slots=True)
class Placer:
    """Places what is new; several may run, in several processes."""

    engine: Engine
    vault: Vault
    _looked_for_replayed: float = field(default=float("-inf"))

    def make_round(self) -> bool:
        """One round; returns whether there is more at once. What comes singly is gathered until
        the next one, as a round costs as much for one event as for ten."""
        seeks_replayed = self._is_time_for_replayed()
        with autocommitting(self.engine).connect() as connection:
            if not connection.scalar(_ANYTHING_TO_DO) and not seeks_replayed:
                return False
        with self.engine.begin() as connection:
            connection.execute(NOTICE_LIFE)
            last = int(connection.scalar(_LOCK) or 0)
            failpoint("feed.locked")
            connection.execute(_FOLLOW)
            windows = connection.execute(_WINDOWS, {"window": WINDOW}).mappings().all()
            rows = [row for window in windows for row in _unplaced(connection, window)]
            if seeks_replayed:
                rows += connection.execute(_REPLAYED, {"window": WINDOW}).all()
            self._place(connection, last, rows)
            failpoint("feed.before_commit")
        return any(window["upto"] - window["after"] == WINDOW for window in windows)

    def _is_time_for_replayed(self) -> bool:
        if time.monotonic() - self._looked_for_replayed < _LOOK_FOR_REPLAYED_SECONDS:
            return False
        self._looked_for_replayed = time.monotonic()
        return True

    def _place(self, connection: Connection, last: int, rows: Sequence[Row[Any]]) -> None:
        if not rows:
            return
        chains = self._chains(connection, rows)
        placed, held_back = [], []
        for pos, row in enumerate(rows, last + 1):
            chain = chains[_chain_of(row)]
            if row.occurred_at and chain.latest and row.occurred_at < chain.latest:
                held_back.append({"event_id": row.event_id, "at": chain.latest})
            self._seal(chain, row)
            placed.append(_as_placed(pos, row, chain.seal))
        _write(connection, _PLACE, placed)
        failpoint("feed.placed")
        _write(connection, _END_CHAINS, [_as_end(*each) for each in chains.items()])
        failpoint("feed.chained")
        _write(connection, _HOLD_BACK, held_back)
        connection.execute(_MOVE, {"pos": last + len(rows)})

    def _chains(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[ChainKey, Chain]:
        key = self.vault.key(CONTEXT)
        keys = set(map(_chain_of, rows))
        wanted = [dict(zip(_CHAIN_KEY, each, strict=True)) for each in keys]
        known = connection.execute(_CHAINS, {"chains": orjson.dumps(wanted).decode()})
        chains = {
            (workspace, source, chain): Chain(bytes(seal), entries, latest)
            for workspace, source, chain, entries, seal, latest in known
        }
        for workspace, source, chain in keys - chains.keys():
            first = first_seal(key, uuid.UUID(workspace), source, uuid.UUID(chain))
            chains[workspace, source, chain] = Chain(first)
        return chains

    def _seal(self, chain: Chain, row: Row[Any]) -> None:
        key = self.vault.key(CONTEXT)
        chain.seal = next_seal(key, chain.seal, row.event_id, row.payload_hash)
        chain.entries += 1
        if row.occurred_at and (chain.latest is None or row.occurred_at > chain.latest):
            chain.latest = row.occurred_at


@dataclass(slots=True)
class Retirement:
    """Offers no longer what was placed more than so many days ago; nothing is deleted."""

    engine: Engine
    days: int
    _looked: float = field(default=float("-inf"))

    def make_round(self) -> bool:
        """Once a minute, which is far more often than an event becomes a day older."""
        if time.monotonic() - self._looked < _RETIRE_SECONDS:
            return False
        self._looked = time.monotonic()
        with self.engine.begin() as connection:
            connection.execute(_RETIRE, {"days": self.days})
        return False


_CHAIN_KEY = ("workspace_id", "source", "chain_id")


def _unplaced(connection: Connection, window: RowMapping) -> Sequence[Row[Any]]:
    """What of a window of a source has no place yet; the source is moved over it."""
    rows = connection.execute(_UNPLACED, {**window, "unread": UNREAD}).all()
    connection.execute(_MOVE_SOURCE, {"source": window["source"], "upto": window["upto"]})
    return rows


def _chain_of(row: Row[Any]) -> ChainKey:
    return row.workspace_id, row.source, row.client_id or row.workspace_id


def _as_placed(pos: int, row: Row[Any], seal: bytes) -> dict[str, Any]:
    repeated = dict(zip(_REPEATED, row, strict=False))
    return {"pos": pos, **repeated, "payload_hash": row.payload_hash.hex(), "seal": seal.hex()}


def _as_end(key: ChainKey, chain: Chain) -> dict[str, Any]:
    end = {"entries": chain.entries, "seal": chain.seal.hex(), "latest": chain.latest}
    return {**dict(zip(_CHAIN_KEY, key, strict=True)), **end}


def _write(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(statement, {"rows": orjson.dumps(rows).decode()})
