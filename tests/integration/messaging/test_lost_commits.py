"""A consumer does not wait for the disk: what its server loses in a crash comes again.

The server writes its log to the disk for those alone who wait for that, so that a crash surely
takes what nobody waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import text

from services.activity.events.consumers import apply
from shared.db.bootstrap import ensure_databases
from shared.db.migrate import migrate
from shared.messaging.inbox import Inbox
from shared.messaging.reconciler import Producer, Reconciler
from shared.messaging.relay import sequence
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.events import batch, note, origin, publish
from tests.fixtures.standby import Pair
from tests.fixtures.waiting import eventually
from tests.integration.messaging.conftest import ReadLog


@pytest.fixture
def fragile(pair: Pair, settings: Settings) -> Settings:
    """Those of services on a server that can be killed."""
    with pair.primary.superuser() as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    primary = f"postgresql://postgres@127.0.0.1:{pair.primary.port}/postgres"
    ensure_databases(replace(settings, database_url=primary))
    return replace(settings, database_url=pair.url)


def _crash(pair: Pair, runtime: Runtime) -> None:
    pair.primary.kill()
    runtime.pipe_engine.dispose()
    pair.primary.start()


def _positions(runtime: Runtime, query: str) -> Sequence[int]:
    with runtime.pipe_engine.connect() as connection:
        return connection.scalars(text(query)).all()


def test_what_a_crash_takes_from_a_consumer_is_pulled_again(
    pair: Pair, fragile: Settings, clients: Runtime, log: ReadLog, producer: Producer
) -> None:
    migrate(fragile, "activity")
    activity = Runtime("activity", fragile)
    inbox = Inbox("activity", activity.pipe_engine, apply)
    publish(clients, origin(), [note() for _ in range(5)])
    inbox.ingest(batch(log()[:2]))
    _flush(pair)
    assert inbox.ingest(batch(log()[2:])) == 3
    _crash(pair, activity)
    assert _positions(activity, "SELECT contiguous_pos FROM consumer_progress") == [2]
    looks = Reconciler(inbox, producer)

    def is_level() -> bool:
        looks.make_round()
        return _positions(activity, "SELECT pos FROM inbox ORDER BY pos") == [1, 2, 3, 4, 5]

    eventually("the rest is pulled", is_level)


def test_what_has_its_position_is_kept_although_its_commit_waited_for_nothing(
    pair: Pair, fragile: Settings
) -> None:
    migrate(fragile, "documents")
    documents = Runtime("documents", fragile)
    with documents.unit_of_work(origin()) as uow:
        uow.session.execute(text("SET LOCAL synchronous_commit TO off"))
        uow.publish(note())
    assert sequence(documents.pipe_engine) == 1
    _crash(pair, documents)
    assert _positions(documents, "SELECT pos FROM event_log") == [1]


def _flush(pair: Pair) -> None:
    with pair.primary.superuser() as connection:
        connection.execute("CHECKPOINT")
