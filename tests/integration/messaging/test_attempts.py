"""Only the guilty are parked: what kills, what takes too long, and what is nobody's fault."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection, Engine, create_engine, text

from services.activity.events.consumers import apply
from shared.db.pipelining import fetch
from shared.messaging.attempts import Start, counted
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import MAX_ATTEMPTS, Inbox, WrongEpoch
from shared.messaging.outages import Outage
from shared.runtime import Runtime
from tests.factories.events import batch, note, origin, publish
from tests.integration.messaging.conftest import ReadLog
from tests.integration.messaging.test_inbox import _contiguous, _letters, _timeline

Fail = Callable[[Connection], None]

_DIED = text(
    """
    INSERT INTO ingest_attempts (source, pos, envelopes, attempts, begun_at)
    VALUES ('/clients', :pos, :envelopes, :times, clock_timestamp() - CAST(:ago AS interval))
    """
)
_COUNTS = text("SELECT count(*) FROM ingest_attempts WHERE attempts > 0")


def _die(
    activity: Runtime,
    pos: int,
    envelopes: int,
    times: int = MAX_ATTEMPTS,
    ago: timedelta | None = None,
) -> None:
    """What processes leave behind that were killed while applying this."""
    given = {"pos": pos, "envelopes": envelopes, "times": times, "ago": ago or timedelta()}
    with activity.pipe_engine.begin() as connection:
        connection.execute(_DIED, given)


def _counts(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(_COUNTS) or 0)


@pytest.fixture
def envelopes(clients: Runtime, log: ReadLog) -> list[Envelope]:
    """Thirty events."""
    publish(clients, origin(), [note() for _ in range(30)])
    return log()


def _failing(activity: Runtime, pos: int, fail: Fail) -> Inbox:
    """An inbox whose handler fails whenever it meets a position."""

    def touchy(connection: Connection, some: Sequence[Envelope]) -> None:
        if any(envelope["pos"] == pos for envelope in some):
            fail(connection)
        apply(connection, some)

    return Inbox("activity", activity.pipe_engine, touchy)


def test_an_envelope_that_kills_its_process_is_parked_after_three_starts(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    _die(activity, 1, 1)
    inbox.ingest(batch(envelopes[:1]), suspicious=True)
    assert _letters(activity) == [(1, "killed_worker", MAX_ATTEMPTS)]
    inbox.ingest(batch(envelopes[1:]), suspicious=True)
    assert len(_timeline(activity)) == 29
    assert _counts(activity.pipe_engine) == 0


def test_of_a_batch_that_kills_the_envelope_at_fault_is_parked_and_not_the_first(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    _die(activity, 1, 30, times=1)
    _die(activity, 17, 1)
    assert inbox.ingest(batch(envelopes), suspicious=True) == 29
    assert [pos for pos, _, _ in _letters(activity)] == [17]
    assert _contiguous(activity) == 30
    assert _counts(activity.pipe_engine) == 0


def test_deaths_long_ago_are_not_held_against_an_envelope(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    _die(activity, 1, 1, times=50, ago=timedelta(hours=2))
    assert inbox.ingest(batch(envelopes[:1]), suspicious=True) == 1
    assert _letters(activity) == []


def test_five_at_work_on_the_same_envelope_are_not_five_deaths(
    activity: Runtime, envelopes: list[Envelope]
) -> None:
    """Nor is one that stands still: it holds its lock for as long as it lives."""
    together = threading.Barrier(5)
    told: list[int] = []

    def work(_: int) -> None:
        with counted(activity.pipe_engine, Start("/clients", 1, 1)) as deaths:
            told.append(deaths)
            together.wait(20)

    with ThreadPoolExecutor(5) as workers:
        list(workers.map(work, range(5)))
    assert told == [0] * 5
    assert _counts(activity.pipe_engine) == 0


def test_a_process_that_lost_its_database_is_not_taken_for_dead(activity: Runtime) -> None:
    """What it could not cross out then it crosses out later."""
    url, start = activity.pipe_engine.url, Start("/clients", 1, 1)
    engine = create_engine(url, connect_args={"options": "-c lock_timeout=100"})

    def lose() -> None:
        with activity.pipe_engine.connect() as other, counted(engine, start):
            other.exec_driver_sql("LOCK TABLE ingest_attempts")
            raise Outage

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Outage):
            lose()
    assert _counts(activity.pipe_engine) == 1, "it could not be crossed out at once"
    with counted(engine, start) as deaths:
        assert deaths == 0
    assert _counts(engine) == 0
    engine.dispose()


def test_a_batch_of_another_log_leaves_no_count(
    inbox: Inbox, activity: Runtime, envelopes: list[Envelope]
) -> None:
    inbox.ingest(batch(envelopes[:1]))
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(WrongEpoch):
            inbox.ingest(batch(envelopes[1:2], epoch=str(uuid.uuid4())), suspicious=True)
    assert _counts(activity.pipe_engine) == 0
    assert inbox.ingest(batch(envelopes[1:2]), suspicious=True) == 1


def _take_too_long(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL statement_timeout = 20")
    connection.exec_driver_sql("SELECT pg_sleep(5)")


def _nest_too_deep(connection: Connection) -> None:
    connection.exec_driver_sql("DO $$ BEGIN RAISE statement_too_complex; END $$")


@pytest.mark.parametrize("fail", [_take_too_long, _nest_too_deep])
def test_an_envelope_that_takes_too_much_is_parked_after_some_tries_and_blocks_nothing(
    activity: Runtime, envelopes: list[Envelope], fail: Fail
) -> None:
    inbox = _failing(activity, 17, fail)
    assert inbox.ingest(batch(envelopes)) == 29
    assert [(pos, tries) for pos, _, tries in _letters(activity)] == [(17, MAX_ATTEMPTS)]
    assert _contiguous(activity) == 30


def _miss_a_column(connection: Connection) -> None:
    fetch(connection, text("SELECT not_deployed_yet FROM events"), {})


def _run_out_of_time(_: Connection) -> None:
    raise SoftTimeLimitExceeded


def _meet_a_lock(connection: Connection) -> None:
    connection.exec_driver_sql("DO $$ BEGIN RAISE lock_not_available; END $$")


@pytest.mark.parametrize("fail", [_miss_a_column, _run_out_of_time, _meet_a_lock])
@pytest.mark.parametrize("suspicious", [False, True])
def test_what_is_nobodys_fault_parks_nobody_however_often(
    activity: Runtime, envelopes: list[Envelope], fail: Fail, suspicious: bool
) -> None:
    inbox = _failing(activity, 17, fail)
    for _ in range(2 * MAX_ATTEMPTS):
        with contextlib.suppress(Outage):
            inbox.ingest(batch(envelopes), suspicious=suspicious)
            pytest.fail("an outage is told")
    assert _letters(activity) == []
    assert _timeline(activity) == []
    assert _counts(activity.pipe_engine) == 0
    assert Inbox("activity", activity.pipe_engine, apply).ingest(batch(envelopes)) == 30
