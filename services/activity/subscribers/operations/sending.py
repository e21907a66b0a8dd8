"""What a subscriber is sent next, and what came of it; for the relay, in role `pipe`.

A place moves after its batch is with the broker, by a statement of its own, and from where it
stood when the batch was read: a crash sends a batch again, which its receiver drops by its place,
and a replay in between is not undone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from services.activity.events.queries import feed
from services.activity.events.queries.feed import Bounds, FeedPage
from services.activity.events.rules.cursors import Place, cursor_of
from services.activity.webhooks.rules.types import wanted_types
from shared.db.leases import is_over
from shared.messaging.envelope import MAX_BATCH_BYTES, MAX_BATCH_ENVELOPES
from shared.security.crypto import Vault

VERSION = 1
# Longer than one batch may take over a broker that answers late.
LEASE_SECONDS = 30.0
LONGEST_REST_SECONDS = 60.0
# After so long without a message it is told its place again, without events, so that it finds out
# what was lost on the way.
REMIND_SECONDS = 10.0

_IS_QUIET = f"""
    coalesce(sent_at, updated_at) NOT BETWEEN
        clock_timestamp() - interval '{REMIND_SECONDS} seconds' AND clock_timestamp()
"""
_IS_DUE = f"""
    state = 'active' AND {is_over("rest_until", "interval '2 minutes'")}
    AND (lease_owner = :owner OR {is_over("lease_until", "interval '1 minute'")})
    AND (epoch <> :epoch OR {_IS_QUIET} OR EXISTS (SELECT FROM feed AS f
         WHERE f.workspace_id = subscribers.workspace_id AND f.pos > read_pos))
"""
_DUE = text(f"SELECT id, broker FROM subscribers WHERE {_IS_DUE}")
_TAKE = text(
    f"""
    UPDATE subscribers SET lease_owner = :owner,
           lease_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE id = :id AND {_IS_DUE} RETURNING *, {_IS_QUIET} AS is_quiet
    """
)
_BEGIN_AT = text(
    """
    UPDATE subscribers SET epoch = :epoch, place = :pos, read_pos = :pos
    WHERE id = :id AND read_pos = :before
    """
)
_PASS_OVER = text("UPDATE subscribers SET read_pos = :upto WHERE id = :id AND read_pos = :before")
_SENT = text(
    """
    UPDATE subscribers SET place = :place, read_pos = :upto, sent_at = clock_timestamp(),
           failures = 0, last_error = NULL
    WHERE id = :id AND read_pos = :before
    """
)
_HELD_BACK = text(
    """
    UPDATE subscribers SET last_error = :said, failures = failures + :failed,
           rest_until = clock_timestamp() + make_interval(
               secs => least(:longest, power(2, least(failures, 10)))), lease_until = NULL
    WHERE id = :id
    """
)


@dataclass(frozen=True, slots=True)
class Due:
    """A subscriber that there is something for."""

    id: uuid.UUID
    broker: bytes | None


@dataclass(frozen=True, slots=True)
class Batch:
    """The keyword arguments of one message, and how its subscriber moves once it is sent."""

    subscriber: uuid.UUID
    name: str
    message: dict[str, Any]
    before: int
    upto: int


def due_subscribers(connection: Connection, owner: str) -> list[Due]:
    """Whom there is something for that no other relay is at."""
    given = {"owner": owner, "epoch": feed.bounds(connection).head.epoch}
    return [Due(row.id, row.broker) for row in connection.execute(_DUE, given)]


def next_batch(
    connection: Connection, vault: Vault, subscriber: uuid.UUID, owner: str
) -> Batch | None:
    """What it is sent next, None if there is nothing that it wants; leases it to the owner.

    At the end of the feed, and after a while without a message, that is its place alone.
    """
    taking = {"id": subscriber, "owner": owner, "seconds": LEASE_SECONDS}
    while True:
        # Each time anew: what it is due for may have been placed since the end was looked at.
        bounds = feed.bounds(connection)
        row = connection.execute(_TAKE, {**taking, "epoch": bounds.head.epoch}).one_or_none()
        if row is None:
            return None
        if _begins_again(row, bounds):
            where = {"id": row.id, "before": row.read_pos, "pos": bounds.earliest.pos}
            connection.execute(_BEGIN_AT, {**where, "epoch": bounds.earliest.epoch})
            continue
        page = _read_on(connection, row, bounds)
        if page.events or (row.is_quiet and page.upto == bounds.head.pos):
            return _batch(vault, row, page)
        where = {"id": row.id, "before": row.read_pos}
        connection.execute(_PASS_OVER, {**where, "upto": page.upto})


def _begins_again(row: Row[Any], bounds: Bounds) -> bool:
    """Whether the feed does not go on from its place: it began another life, or the place is
    older than what is offered. Its receiver sees the place jump, and asks the feed what is missing.
    """
    return bool(row.epoch != bounds.head.epoch or row.read_pos < bounds.earliest.pos)


def _read_on(connection: Connection, row: Row[Any], bounds: Bounds) -> FeedPage:
    wanted = wanted_types(tuple(row.types), frozenset(row.permissions))
    return feed.read(
        connection, row.workspace_id, row.read_pos, bounds.head.pos, wanted, MAX_BATCH_ENVELOPES,
        most_bytes=MAX_BATCH_BYTES,
    )  # fmt: skip


def _batch(vault: Vault, row: Row[Any], page: FeedPage) -> Batch:
    last = page.events[-1].pos if page.events else row.place
    previous, cursor = (
        cursor_of(vault, row.workspace_id, Place(row.epoch, pos)) for pos in (row.place, last)
    )
    message = {
        "version": VERSION,
        "subscriber": row.name,
        "workspace": str(row.workspace_id),
        "previous": previous,
        "cursor": cursor,
        "after": row.place,
        "upto": last,
        "epoch": str(row.epoch),
        "events": [orjson.Fragment(event.body) for event in page.events],
    }
    return Batch(row.id, row.name, message, row.read_pos, page.upto)


def note_sent(connection: Connection, batch: Batch) -> None:
    """The broker has it: move on."""
    moved = {"place": batch.message["upto"], "upto": batch.upto, "before": batch.before}
    connection.execute(_SENT, {"id": batch.subscriber, **moved})


def hold_back(connection: Connection, subscriber: uuid.UUID, said: str, *, failed: bool) -> None:
    """Send nothing for a while, longer after each failure; what it is to be told is kept."""
    given = {"id": subscriber, "said": said, "failed": int(failed)}
    connection.execute(_HELD_BACK, {**given, "longest": LONGEST_REST_SECONDS})
