"""A producer (clients), a consumer (activity), and the way between them."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import text

from services.activity.events.consumers import apply
from shared.db.engine import engine_for
from shared.messaging import lives
from shared.messaging.envelope import Batch, Envelope
from shared.messaging.feed import read_envelopes, read_head
from shared.messaging.inbox import Inbox
from shared.messaging.lives import Known
from shared.messaging.reconciler import Producer, SourceHead
from shared.messaging.relay import sequence
from shared.messaging.topology import source_of
from shared.runtime import Runtime
from shared.settings import Settings
from tests.fixtures.waiting import eventually

ReadLog = Callable[[], list[Envelope]]


@pytest.fixture
def clients(settings: Settings) -> Runtime:
    """The producing service."""
    return Runtime("clients", settings)


@pytest.fixture
def activity(settings: Settings) -> Runtime:
    """The consuming service."""
    return Runtime("activity", settings)


@pytest.fixture
def inbox(activity: Runtime) -> Inbox:
    """The consumer's inbox with its real `apply`."""
    return Inbox("activity", activity.pipe_engine, apply)


def read_log(runtime: Runtime, after: int = 0, limit: int = 10_000) -> list[Envelope]:
    """Number what is new, then the envelopes past a position, as far as one read reaches."""
    while sequence(runtime.pipe_engine):
        pass
    with runtime.pipe_engine.connect() as connection:
        head = read_head(connection)
        sealed = read_envelopes(connection, runtime.service, head.epoch, after, limit)
    return [orjson.loads(envelope.body) for envelope in sealed]


@pytest.fixture
def log(clients: Runtime) -> ReadLog:
    """The producer's log as envelopes."""
    return lambda: read_log(clients)


def as_producer(runtime: Runtime) -> Producer:
    """A producer as its consumers ask it, without the HTTP in between."""
    source = source_of(runtime.service)

    def head(known: Known) -> SourceHead:
        with runtime.pipe_engine.connect() as connection:
            found = read_head(connection)
            return SourceHead(found.pos, found.epoch, lives.holds(connection, known))

    def page(after: int, limit: int) -> Batch:
        envelopes = read_log(runtime, after, limit)
        return {"v": 1, "source": source, "epoch": head(Known(0)).epoch, "envelopes": envelopes}

    def begin_anew(epoch: str, known: Known) -> None:
        with runtime.pipe_engine.begin() as connection:
            lives.begin_anew(connection, epoch, known)

    return Producer(source, head, page, begin_anew)


@pytest.fixture
def producer(clients: Runtime) -> Producer:
    """The producer of these tests."""
    return as_producer(clients)


def lose(runtime: Runtime, upto: int) -> None:
    """Put a log back to where it stood at a position, as a copy that lacks the last commits."""
    with engine_for(runtime.settings, runtime.service, "owner").begin() as connection:
        connection.execute(text("DELETE FROM event_log WHERE pos > :upto"), {"upto": upto})
        connection.execute(text("UPDATE relay_state SET last_pos = :upto"), {"upto": upto})


def look_until_level(make_round: Callable[[], int]) -> None:
    """Make rounds as often as there is reason to look again at once."""
    while make_round():
        pass


def until_someone_waits_for_a_lock(runtime: Runtime) -> None:
    """Wait until a session of this database stands at a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND wait_event_type = 'Lock'"
    )

    def look() -> bool:
        with runtime.pipe_engine.connect() as connection:
            return bool(connection.scalar(query))

    eventually("someone waits for a lock", look, every=0.02)
