"""The inbox: events are applied once, in one transaction with the place behind them.

It keeps three tables in the subscriber's own database, whatever SQLAlchemy reaches: the place,
the ids of what was applied, and the events that could not be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import InterfaceError, OperationalError

Event = Any
Apply = Callable[[Connection, Event], object]

metadata = MetaData()
subscriptions = Table(
    "clientele_subscriptions",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("workspace", String(36)),
    Column("epoch", String(36)),
    Column("place", BigInteger, nullable=False),
    Column("cursor", Text),
)
inbox = Table(
    "clientele_inbox",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("event_id", String(36), primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False, index=True),
)
parked = Table(
    "clientele_parked",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("stream", String(36), nullable=False),
    Column("event", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("name", "event_id"),
)

#: Before the first message: whatever it says, something may lie before it.
NOWHERE = -1
# Databases limit how many values one statement may carry.
_CHUNK = 500
_HELD = "waits behind an earlier event of its client"


@dataclass(frozen=True, slots=True)
class State:
    """Up to where everything was applied: a place, as messages count, and a cursor of the feed."""

    workspace: str | None
    epoch: str | None
    place: int
    cursor: str | None


class Inbox:
    """The inbox of one subscriber.

    An event that cannot be applied is parked, and so is every later one of its client, so that
    none is applied before it; other clients go on. An error of the database itself, and those of
    `passing`, end the transaction instead: nothing of it was done. Ids are kept for `keep_days`,
    which must be longer than the feed reaches back.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        apply: Apply,
        *,
        start: str | None = None,
        passing: tuple[type[Exception], ...] = (),
        keep_days: int = 400,
    ) -> None:
        self._engine = engine
        self._name = name
        self._apply = apply
        self._start = start
        self._passing: tuple[type[Exception], ...] = (*passing, OperationalError, InterfaceError)
        self._keep = timedelta(days=keep_days)

    def create_tables(self) -> None:
        """Make the tables and the place, where they are not there yet."""
        metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            if connection.scalar(self._mine(select(subscriptions.c.name), subscriptions)) is None:
                values = {"name": self._name, "place": NOWHERE, "cursor": self._start}
                connection.execute(insert(subscriptions).values(values))

    def state(self) -> State:
        """Where it stands."""
        with self._engine.connect() as connection:
            return self._state(connection)

    def begin_after(self, cursor: str | None) -> None:
        """Go on after another cursor, from the feed's beginning without one."""
        with self._engine.begin() as connection:
            self._move(connection, place=NOWHERE, cursor=cursor, epoch=None)

    def take(self, events: Sequence[Event], move: Callable[[State], dict[str, Any] | None]) -> None:
        """Apply what is new, in order, and move the place, in one transaction.

        `move` says from where it stands how it moves; None: all of this was applied before.
        """
        with self._engine.begin() as connection:
            self._lock(connection)
            moved = move(self._state(connection))
            if moved is None:
                return
            unseen = self._unseen(connection, events)
            streams = self._parked_streams(connection) if unseen else set()
            for event in unseen:
                self._apply_or_park(connection, event, streams)
            self._remember(connection, unseen)
            self._move(connection, **moved)

    def retry_parked(self, most_attempts: int | None = None) -> int:
        """Try parked events again, each client's in order until one fails; returns how many were
        applied. Those that have failed `most_attempts` times are left, and what is behind them.
        """
        with self._engine.connect() as connection:
            streams = self._parked_streams(connection)
        done = 0
        for stream in sorted(streams):
            while self._retry_first(stream, most_attempts):
                done += 1
        return done

    def forget_old(self) -> None:
        """Delete ids that the feed can tell no more."""
        with self._engine.begin() as connection:
            before = datetime.now(UTC) - self._keep
            connection.execute(self._mine(delete(inbox), inbox).where(inbox.c.seen_at < before))

    def _mine(self, statement: Any, table: Table) -> Any:
        return statement.where(table.c.name == self._name)

    def _lock(self, connection: Connection) -> None:
        """One at a time: an update holds the row on every database, SQLite's included."""
        held = self._mine(update(subscriptions), subscriptions)
        connection.execute(held.values(place=subscriptions.c.place))

    def _state(self, connection: Connection) -> State:
        row = connection.execute(self._mine(select(subscriptions), subscriptions)).one()
        return State(row.workspace, row.epoch, row.place, row.cursor)

    def _move(self, connection: Connection, **moved: Any) -> None:
        if moved:
            connection.execute(self._mine(update(subscriptions), subscriptions).values(moved))

    def _unseen(self, connection: Connection, events: Sequence[Event]) -> list[Event]:
        seen: set[str] = set()
        for ids in _chunks([event["id"] for event in events]):
            found = self._mine(select(inbox.c.event_id), inbox).where(inbox.c.event_id.in_(ids))
            seen.update(connection.scalars(found))
        return [event for event in events if event["id"] not in seen]

    def _remember(self, connection: Connection, events: Sequence[Event]) -> None:
        moment = datetime.now(UTC)
        rows = [{"name": self._name, "event_id": each["id"], "seen_at": moment} for each in events]
        if rows:
            connection.execute(insert(inbox), rows)

    def _parked_streams(self, connection: Connection) -> set[str]:
        return set(connection.scalars(self._mine(select(parked.c.stream).distinct(), parked)))

    def _apply_or_park(self, connection: Connection, event: Event, streams: set[str]) -> None:
        stream = _stream_of(event)
        failed = (_HELD, 0) if stream in streams else self._attempt(connection, event)
        if failed is None:
            return
        streams.add(stream)
        values = {
            "name": self._name, "event_id": event["id"], "stream": stream,
            "event": json.dumps(event), "error": failed[0], "attempts": failed[1],
        }  # fmt: skip
        connection.execute(insert(parked).values(values))

    def _attempt(self, connection: Connection, event: Event) -> tuple[str, int] | None:
        """None if it was applied; otherwise what went wrong, and nothing of it is left."""
        try:
            with connection.begin_nested():
                self._apply(connection, event)
        except self._passing:
            raise
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:2000], 1
        return None

    def _retry_first(self, stream: str, most_attempts: int | None) -> bool:
        with self._engine.begin() as connection:
            self._lock(connection)
            row = self._first(connection, stream)
            if row is None or (most_attempts is not None and row.attempts >= most_attempts):
                return False
            failed = self._attempt(connection, json.loads(row.event))
            one = parked.c.id == row.id
            if failed is None:
                connection.execute(delete(parked).where(one))
                return True
            again = {"error": failed[0], "attempts": row.attempts + 1}
            connection.execute(update(parked).where(one).values(again))
            return False

    def _first(self, connection: Connection, stream: str) -> Row[Any] | None:
        mine = self._mine(select(parked), parked).where(parked.c.stream == stream)
        return connection.execute(mine.order_by(parked.c.id).limit(1)).one_or_none()


def _stream_of(event: Event) -> str:
    """What keeps its order: the client, or the workspace for what is of no client."""
    return str(event["client_id"] or event["workspace"])


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
