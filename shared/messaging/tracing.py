"""The way of one event: where it was written, numbered, sent, applied or parked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from shared.messaging.lag import Engines
from shared.messaging.topology import SERVICES, SUBSCRIPTIONS, source_of

_COLUMNS = """pos, event_id, type, subject, aggregate_version, occurred_at, client_id,
              workspace_id, correlation_id, causation_id, actor"""
_FIND = text(f"SELECT {_COLUMNS} FROM event_log WHERE event_id = :event_id")
_AFTER = text(f"SELECT {_COLUMNS} FROM event_log WHERE pos > :after ORDER BY pos LIMIT :limit")
_LAST = text("SELECT last_pos FROM relay_state WHERE k = 1")
_SENT = text("SELECT target, sent_pos FROM relay_target")
_APPLIED = text(
    """
    SELECT :pos <= contiguous_pos OR EXISTS (
        SELECT FROM inbox WHERE source = :source AND pos = :pos)
    FROM consumer_progress WHERE source = :source
    """
)
_PARKED = text("SELECT id, reason, state FROM dead_letters WHERE source = :source AND pos = :pos")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step on the way: `state` is done, waiting or parked."""

    step: str
    state: str
    detail: str


def find_event(engine_of: Engines, event_id: uuid.UUID) -> tuple[str, Row[Any]] | None:
    """The service whose log holds an event, and its row; None if no log does."""
    for service in SERVICES:
        with engine_of(service).connect() as connection:
            row = connection.execute(_FIND, {"event_id": event_id}).one_or_none()
        if row is not None:
            return service, row
    return None


def trace(engine_of: Engines, service: str, event: Row[Any]) -> Iterator[Hop]:
    """Every hop of an event, in the order of the path."""
    yield Hop(f"written to {service}.event_log", "done", event.occurred_at.isoformat())
    if event.pos is None:
        yield Hop("numbered", "waiting", "no relay has given it a position yet")
        return
    yield Hop("numbered", "done", f"position {event.pos}")
    with engine_of(service).connect() as connection:
        sent = {row.target: row.sent_pos for row in connection.execute(_SENT)}
    for consumer in (name for name in SERVICES if service in SUBSCRIPTIONS[name]):
        done = sent.get(consumer, 0) >= event.pos
        yield Hop(f"sent to {consumer}", "done" if done else "waiting", "")
        with engine_of(consumer).connect() as connection:
            yield _received(connection, consumer, source_of(service), event.pos)


def _received(connection: Connection, consumer: str, source: str, pos: int) -> Hop:
    key = {"source": source, "pos": pos}
    letter = connection.execute(_PARKED, key).one_or_none()
    if letter is not None and letter.state == "parked":
        return Hop(f"applied by {consumer}", "parked", f"dead letter {letter.id}: {letter.reason}")
    applied = bool(connection.scalar(_APPLIED, key))
    return Hop(f"applied by {consumer}", "done" if applied else "waiting", "")


def last_position(engine_of: Engines, service: str) -> int:
    """The newest position of a log."""
    with engine_of(service).connect() as connection:
        return int(connection.scalar(_LAST) or 0)


def events_after(engine_of: Engines, service: str, after: int, limit: int) -> list[Row[Any]]:
    """The next events of a log, in order."""
    with engine_of(service).connect() as connection:
        return list(connection.execute(_AFTER, {"after": after, "limit": limit}))
