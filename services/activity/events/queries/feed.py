"""Reading the feed: events in the order of their places, page by page, bounded in bytes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, TextClause, text

from services.activity.events.rules.cursors import Place

#: Places that one call looks at; where few of them are wanted, a page may be empty and its end
#: further on all the same.
SCAN = 5000
MAX_PAGE_BYTES = 1_048_576
# What an envelope takes beside its data, roughly.
_AROUND = 700

_BOUNDS = text(
    """
    SELECT s.last_pos, s.earliest_pos,
           CAST(md5(CAST(s.epoch AS text) || CAST(r.epoch AS text)) AS uuid) AS epoch
    FROM feed_state AS s, relay_state AS r WHERE s.k = 1 AND r.k = 1
    """
)
_NAMES = (
    *("id", "source", "type", "subject", "time", "workspace", "client_id", "aggregateversion"),
    *("pos", "epoch", "correlationid", "causationid", "traceparent", "actor", "data"),
)
#: What of a row of `events AS e` makes its envelope, for `envelope_json`.
COLUMNS = """
    e.event_id::text, e.source, e.type, e.subject, e.occurred_at AT TIME ZONE 'UTC',
    e.workspace_id::text, e.client_id::text, e.aggregate_version, e.pos, e.epoch::text,
    e.correlation_id, e.causation_id, e.traceparent, e.actor::text, e.data::text
""".replace("::", r"\:\:")
_SCANNED = """
    SELECT f.pos, f.event_id, f.size, f.type, f.parked FROM feed AS f
    WHERE f.workspace_id = :workspace AND f.pos > :after AND f.pos <= :upto {more}
    ORDER BY f.pos LIMIT :scan
"""
# Each id of a client that was merged is read along the index by itself.
_OF_CLIENTS = f"""
    SELECT mine.* FROM unnest(CAST(:clients AS uuid[])) AS known(id)
    CROSS JOIN LATERAL ({_SCANNED.format(more="AND f.client_id = known.id")}) AS mine
    ORDER BY mine.pos LIMIT :scan
"""
# Reading stops with the page: only where it does not fill is all of the scan looked at.
_READ = """
    WITH wanted AS MATERIALIZED (
        SELECT pos, event_id, size FROM ({scanned}) AS scanned
        WHERE NOT parked AND type = ANY (:types)
          AND NOT EXISTS (SELECT FROM feed_lost AS l WHERE l.pos = scanned.pos)
        ORDER BY pos LIMIT :limit + 1
    ), page AS (
        SELECT pos, event_id, count(*) OVER run AS number, sum(size + {around}) OVER run AS bytes
        FROM wanted WINDOW run AS (ORDER BY pos)
    )
    SELECT (SELECT count(*) FROM wanted), page.pos, {columns}
    FROM page JOIN events AS e USING (event_id)
    WHERE number <= :limit AND (number = 1 OR bytes <= :most_bytes) ORDER BY page.pos
"""
_END = "SELECT pos FROM ({scanned}) AS scanned ORDER BY pos OFFSET :scan - 1 LIMIT 1"


@dataclass(frozen=True, slots=True)
class _Statements:
    """How a page is read, and how far one look reaches."""

    page: TextClause
    end: TextClause

    @classmethod
    def over(cls, scanned: str) -> _Statements:
        page = _READ.format(scanned=scanned, around=_AROUND, columns=COLUMNS)
        return cls(text(page), text(_END.format(scanned=scanned)))


_ALL, _CLIENTS = _Statements.over(_SCANNED.format(more="")), _Statements.over(_OF_CLIENTS)
_UTC = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where the feed can be read, and in which life of it."""

    earliest: Place
    head: Place


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place; `body` is its envelope as JSON."""

    pos: int
    type: str
    client_id: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some events in order; `upto` is the place up to which nothing more is wanted."""

    events: Sequence[Placed]
    upto: int


def bounds(connection: Connection) -> Bounds:
    """Where the feed begins and ends now."""
    row = connection.execute(_BOUNDS).one()
    return Bounds(Place(row.epoch, row.earliest_pos - 1), Place(row.epoch, row.last_pos))


def read(
    connection: Connection,
    workspace_id: uuid.UUID,
    after: int,
    upto: int,
    types: Iterable[str],
    limit: int,
    *,
    clients: Sequence[uuid.UUID] | None = None,
    most_bytes: int = MAX_PAGE_BYTES,
) -> FeedPage:
    """The events of these types after a place and up to another, at most so many and so large.

    `clients` are all ids of one client. One event larger than a page comes alone.
    """
    given = {"workspace": workspace_id, "after": after, "upto": upto, "types": list(types),
             "limit": limit, "scan": SCAN, "most_bytes": most_bytes}  # fmt: skip
    statements = _ALL
    if clients is not None:
        statements, given = _CLIENTS, {**given, "clients": list(clients)}
    rows = connection.execute(statements.page, given).all()
    events = [_placed(row[1:]) for row in rows]
    if events and rows[0][0] > len(events):
        return FeedPage(events, events[-1].pos)
    return FeedPage(events, connection.scalar(statements.end, given) or upto)


def envelope_json(row: Sequence[Any], **more: Any) -> bytes:
    """The envelope of a row of `COLUMNS` as JSON, with more beside what it tells."""
    envelope = dict(zip(_NAMES, row, strict=True), specversion="1.0", **more)
    for name in ("actor", "data"):
        envelope[name] = orjson.Fragment(envelope[name])
    return orjson.dumps(envelope, option=_UTC)


def _placed(row: Sequence[Any]) -> Placed:
    pos, *envelope = row
    of = dict(zip(_NAMES, envelope, strict=True))
    return Placed(pos, of["type"], of["client_id"], envelope_json(envelope))
