"""Handing out the deliveries that may be sent now, each with the message it carries."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, text

from services.activity.events.queries.feed import COLUMNS, envelope_json
from services.activity.webhooks.models import Webhook
from services.activity.webhooks.rules.types import PING
from shared.clock import rfc3339
from shared.unit_of_work import UnitOfWork

# What an envelope takes beside its data, roughly.
_AROUND = 700
_WAITING = """
    SELECT * FROM webhook_deliveries WHERE webhook_id = :webhook AND state = 'waiting' AND {which}
"""
_SOME = f"({_WAITING} AND id <> ALL (CAST(:but AS uuid[])) ORDER BY {{order}} LIMIT :rows)"
_PINGS = _SOME.format(which="feed_pos IS NULL", order="id")
_FIRST_TIME = _SOME.format(
    which="next_at IS NULL AND feed_pos > :low_water AND feed_pos <= :upto", order="feed_pos"
)
_AGAIN = _SOME.format(which="next_at <= :moment AND feed_pos <= :upto", order="next_at, feed_pos")
# In order of their places, a ping before all; not what is beyond the place up to where the feed
# was read, since it may have been read back.
_DUE = f"""
    SELECT * FROM ({_PINGS} UNION ALL {_FIRST_TIME} UNION ALL {_AGAIN}) AS due
    ORDER BY feed_pos NULLS FIRST LIMIT :rows
"""
# Only as many as fit, by the size that the feed knows, so that no more is read than is sent;
# where nothing is under way, the first of them in any case.
_FITTING = """
    SELECT * FROM (
        SELECT w.*, count(*) OVER run AS number,
               sum(coalesce(f.size, 0) + {around}) OVER run AS bytes
        FROM ({waiting}) AS w LEFT JOIN feed AS f ON f.pos = w.feed_pos
        WINDOW run AS (ORDER BY w.feed_pos NULLS FIRST, w.id)
    ) AS measured
    WHERE bytes <= :most_bytes OR (number = 1 AND :alone)
"""
_FOUND = """
    SELECT d.id, d.event_id AS message_id, coalesce(d.client_id, d.workspace_id) AS chain,
           d.type AS kind, d.tries,
           d.next_at, d.created_at, d.webhook_id, e.data @> '{{"erased": true}}' AS is_erased,
           {columns}
    FROM ({which}) AS d
    LEFT JOIN events AS e ON e.event_id = d.event_id
    ORDER BY d.feed_pos NULLS FIRST
"""
# How many columns stand before the envelope's.
_BEFORE = 9
# Where the time of an event stands in its envelope.
_TIME = 4
_READY = text(_FOUND.format(columns=COLUMNS, which=_FITTING.format(around=_AROUND, waiting=_DUE)))
_NEXT = text(
    _FOUND.format(
        columns=COLUMNS,
        which=_WAITING.format(
            which="next_at IS NOT NULL AND feed_pos <= :upto ORDER BY next_at, feed_pos LIMIT 1"
        ),
    )
)
_CLOSE = text(
    """
    UPDATE webhook_deliveries SET state = 'erased', next_at = NULL, finished_at = :moment
    WHERE id = ANY (CAST(:ids AS uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class Room:
    """How much more a dispatcher takes: so many deliveries, and so many bytes of them."""

    rows: int
    bytes: int


NO_ROOM = Room(0, 0)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A delivery to be sent; `chain` is the client (or workspace) whose order it is part of.

    Handed out before its time it does not use up a try: `planned_at` is when that one is due.
    """

    id: uuid.UUID
    message_id: str
    chain: uuid.UUID
    type: str
    tries: int
    planned_at: datetime | None
    body: bytes


def hand_out(
    uow: UnitOfWork,
    webhook: Webhook,
    moment: datetime,
    but: Collection[uuid.UUID],
    room: Room,
    upto: int | None,
) -> list[HandedOut]:
    """The deliveries that are due and fit, in order, but for those handed out before. A larger
    one than there is ever room for is handed out alone.

    `upto` is the place up to where the feed was read; without it, pings alone. What belongs to
    a client that is gone has nothing left to tell and is closed.
    """
    if room.rows <= 0:
        return []
    given = {"webhook": webhook.id, "moment": moment, "but": list(but), "rows": room.rows,
             "most_bytes": room.bytes, "alone": not but, "upto": upto,
             "low_water": webhook.low_water_pos}  # fmt: skip
    return _living(uow, uow.connection.execute(_READY, given).all(), moment)


def hand_out_early(
    uow: UnitOfWork, webhook_id: uuid.UUID, moment: datetime, upto: int
) -> list[HandedOut]:
    """The delivery that is due next, now: to find out whether the receiver is back."""
    found = uow.connection.execute(_NEXT, {"webhook": webhook_id, "upto": upto}).all()
    return _living(uow, found, moment)


def _living(uow: UnitOfWork, rows: Sequence[Row[Any]], moment: datetime) -> list[HandedOut]:
    """The messages of what has something to tell; the rest is closed."""
    gone = [row.id for row in rows if row.kind != PING and row.is_erased is not False]
    if gone:
        uow.connection.execute(_CLOSE, {"ids": gone, "moment": moment})
    left = set(gone)
    return [_handed_out(row, moment) for row in rows if row.id not in left]


def _handed_out(row: Row[Any], moment: datetime) -> HandedOut:
    body = _ping_body(row) if row.kind == PING else _event_body(row)
    planned_at = row.next_at if row.next_at and row.next_at > moment else None
    return HandedOut(row.id, str(row.message_id), row.chain, row.kind, row.tries, planned_at, body)


def _event_body(row: Row[Any]) -> bytes:
    """The event as the feed tells it; `timestamp` is its time by Standard Webhooks' name."""
    envelope = row[_BEFORE:]
    return envelope_json(envelope, timestamp=envelope[_TIME])


def _ping_body(row: Row[Any]) -> bytes:
    envelope = {
        "id": row.message_id,
        "type": PING,
        "timestamp": rfc3339(row.created_at),
        "data": {"webhook_id": row.webhook_id},
    }
    return orjson.dumps(envelope)
