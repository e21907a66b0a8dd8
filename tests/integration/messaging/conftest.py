"""A producer (clients), a consumer (activity), and the way between them."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import text

from services.activity.events.consumers import apply
from shared.messaging.envelope import Batch, Envelope
from shared.messaging.feed import read_envelopes, read_head
from shared.messaging.inbox import Inbox
from shared.messaging.reconciler import Producer, SourceHead
from shared.messaging.relay import sequence
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


@pytest.fixture
def producer(clients: Runtime) -> Producer:
    """The producer as its consumers ask it, without the HTTP in between."""

    def head() -> SourceHead:
        with clients.pipe_engine.connect() as connection:
            found = read_head(connection)
        return SourceHead(found.pos, found.epoch)

    def page(after: int, limit: int) -> Batch:
        envelopes = read_log(clients, after, limit)
        return {"v": 1, "source": "/clients", "epoch": head().epoch, "envelopes": envelopes}

    return Producer("/clients", head, page)


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
