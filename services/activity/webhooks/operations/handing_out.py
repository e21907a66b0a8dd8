"""Handing out the deliveries that may be sent now, each with the message it carries."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, text

from services.activity.webhooks.rules.types import PING
from shared.clock import rfc3339
from shared.unit_of_work import UnitOfWork

# In order of their places, a ping before all; not what is beyond the place up to where the feed
# was read, since it may have been read back.
_READY = text(
    """
    SELECT d.id, d.event_id, coalesce(d.client_id, d.workspace_id) AS chain, d.type, d.tries,
           d.created_at, d.webhook_id, e.source, e.subject,
           e.occurred_at AT TIME ZONE 'UTC' AS "time", e.workspace_id, e.client_id,
           e.aggregate_version, e.correlation_id, e.causation_id, e.traceparent,
           CAST(e.actor AS text) AS actor, CAST(e.data AS text) AS data,
           e.data @> '{"erased": true}' AS is_erased
    FROM (
        SELECT * FROM webhook_deliveries
        WHERE webhook_id = :webhook AND state = 'waiting'
          AND (feed_pos IS NULL OR feed_pos <= :upto)
          AND (next_at IS NULL OR next_at <= :moment)
          AND id <> ALL (CAST(:but AS uuid[]))
        ORDER BY feed_pos NULLS FIRST LIMIT :room
    ) AS d
    LEFT JOIN events AS e ON e.event_id = d.event_id
    ORDER BY d.feed_pos NULLS FIRST
    """
)
_CLOSE = text(
    """
    UPDATE webhook_deliveries SET state = 'erased', next_at = NULL, finished_at = :moment
    WHERE id = ANY (CAST(:ids AS uuid[]))
    """
)
_UTC = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A delivery to be sent; `chain` is the client (or workspace) whose order it is part of."""

    id: uuid.UUID
    message_id: str
    chain: uuid.UUID
    type: str
    tries: int
    body: bytes


def hand_out(
    uow: UnitOfWork,
    webhook_id: uuid.UUID,
    moment: datetime,
    but: Collection[uuid.UUID],
    room: int,
    upto: int | None,
) -> list[HandedOut]:
    """Up to `room` deliveries that are due, in order, but for those handed out before.

    `upto` is the place up to where the feed was read; without it, pings alone. What belongs to
    a client that is gone has nothing left to tell and is closed.
    """
    given = {
        "webhook": webhook_id, "moment": moment, "but": list(but), "room": room, "upto": upto
    }  # fmt: skip
    rows = uow.connection.execute(_READY, given).all() if room > 0 else []
    gone = [row.id for row in rows if row.type != PING and row.is_erased is not False]
    if gone:
        uow.connection.execute(_CLOSE, {"ids": gone, "moment": moment})
    left = set(gone)
    return [_handed_out(row) for row in rows if row.id not in left]


def _handed_out(row: Row[Any]) -> HandedOut:
    body = _ping_body(row) if row.type == PING else _event_body(row)
    return HandedOut(row.id, str(row.event_id), row.chain, row.type, row.tries, body)


def _event_body(row: Row[Any]) -> bytes:
    """The event as it stands in the feed; `timestamp` is its time by Standard Webhooks' name."""
    told = {
        "specversion": "1.0",
        "id": row.event_id,
        "source": row.source,
        "type": row.type,
        "subject": row.subject,
        "time": row.time,
        "timestamp": row.time,
        "workspace": row.workspace_id,
        "client_id": row.client_id,
        "aggregateversion": row.aggregate_version,
        "correlationid": row.correlation_id,
        "causationid": row.causation_id,
        "traceparent": row.traceparent,
        "actor": orjson.Fragment(row.actor),
        "data": orjson.Fragment(row.data),
    }
    return orjson.dumps(told, option=_UTC)


def _ping_body(row: Row[Any]) -> bytes:
    told = {
        "id": row.event_id,
        "type": PING,
        "timestamp": rfc3339(row.created_at),
        "data": {"webhook_id": row.webhook_id},
    }
    return orjson.dumps(told)
