"""The reconciler: what the broker lost is pulled, and nothing is applied twice for it."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text

from shared.db.engine import engine_for
from shared.messaging.inbox import Inbox
from shared.messaging.reconciler import PATIENCE_SECONDS, Producer, Reconciler
from shared.runtime import Runtime
from tests.factories.events import batch, note, origin, publish
from tests.integration.messaging.conftest import ReadLog
from tests.integration.messaging.test_attempts import _die
from tests.integration.messaging.test_inbox import _contiguous, _letters, _timeline

FAR = 25_000
_WRITE_AND_NUMBER_MANY = text(
    f"""
    WITH written AS (
        INSERT INTO event_log (pos, event_id, workspace_id, type, subject, aggregate_version, actor,
                               correlation_id, data)
        SELECT n, gen_random_uuid(), gen_random_uuid(), 'clients.none.such.v1', 'none/1', n,
               '{{}}', 'test', '{{}}'
        FROM generate_series(2, {FAR}) AS n
    )
    UPDATE relay_state SET last_pos = {FAR}
    """
)
_RECEIVE_ALL_BUT_ONE = text(
    f"INSERT INTO inbox (source, pos) SELECT '/clients', n FROM generate_series(3, {FAR}) AS n"
)
_KEEP_MUCH = text(
    "INSERT INTO inbox (source, pos, applied_at) "
    "SELECT '/clients', -n, clock_timestamp() - interval '2 hours' "
    "FROM generate_series(1, 12000) AS n"
)


class Clock:
    """A monotonic clock that a test moves, and every look at it if the test wants so."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.step = 0.0

    def __call__(self) -> float:
        self.seconds += self.step
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """The clock of the reconciler's process."""
    return Clock()


@pytest.fixture
def reconciler(inbox: Inbox, producer: Producer, clock: Clock) -> Reconciler:
    """What looks for holes in the consumer's inbox."""
    return Reconciler(inbox, producer, clock)


def test_a_consumer_that_never_received_anything_pulls_the_whole_log(
    reconciler: Reconciler, clock: Clock, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note() for _ in range(620)])
    log()
    for _ in range(2):
        assert reconciler.make_round() == 0, "on a first meeting messages may be on their way"
    clock.seconds += 3.1
    assert reconciler.make_round() == 620
    assert _contiguous(activity) == 620


def test_a_hole_is_pulled_once_the_position_has_stood_still(
    reconciler: Reconciler,
    inbox: Inbox,
    clock: Clock,
    clients: Runtime,
    activity: Runtime,
    log: ReadLog,
) -> None:
    """By the process's own clock alone: that of the database may be set back meanwhile."""
    publish(clients, origin(), [note() for _ in range(10)])
    envelopes = log()
    inbox.ingest(batch(envelopes[:4]))
    inbox.ingest(batch(envelopes[6:]))
    assert reconciler.make_round() == 0, "a message may still be on its way"
    clock.seconds += 3.1
    assert reconciler.make_round() == 2
    assert _timeline(activity) == list(range(1, 11))


def test_a_position_passes_whatever_was_applied_beyond_a_hole(
    reconciler: Reconciler,
    inbox: Inbox,
    clock: Clock,
    clients: Runtime,
    activity: Runtime,
    log: ReadLog,
) -> None:
    """However much that is, though nothing new comes once the hole is filled."""
    publish(clients, origin(), [note()])
    (first,) = log()
    inbox.ingest(batch([first]))
    with engine_for(clients.settings, "clients", "owner").begin() as connection:
        connection.execute(_WRITE_AND_NUMBER_MANY)
    with activity.pipe_engine.begin() as connection:
        connection.execute(_RECEIVE_ALL_BUT_ONE)
    reconciler.make_round()
    clock.seconds += 3.1
    assert reconciler.make_round() == 1
    assert _contiguous(activity) == FAR


def test_what_is_pulled_is_suspicious_as_what_killed_a_puller_is_pulled_again(
    reconciler: Reconciler, clock: Clock, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note() for _ in range(3)])
    log()
    for _ in range(2):
        reconciler.make_round()
    _die(activity, 1, envelopes=3)
    _die(activity, 2, envelopes=1)
    clock.seconds += 3.1
    reconciler.make_round()
    assert _letters(activity) == [(2, "killed_worker", 3)]
    assert _contiguous(activity) == 3


def test_falling_behind_after_a_long_quiet_starts_the_patience_anew(
    reconciler: Reconciler, inbox: Inbox, clock: Clock, clients: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note()])
    inbox.ingest(batch(log()))
    reconciler.make_round()
    clock.seconds += 3600
    reconciler.make_round()
    publish(clients, origin(), [note()])
    log()
    assert reconciler.make_round() == 0, "the new event has had no time to arrive"


def test_a_restored_log_is_read_again_and_nothing_doubles(
    reconciler: Reconciler, inbox: Inbox, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    publish(clients, origin(), [note() for _ in range(5)])
    inbox.ingest(batch(log()))
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_state SET epoch = :new"), {"new": uuid.uuid4()})
    publish(clients, origin(), [note()])
    log()
    reconciler.make_round()
    assert _contiguous(activity) == 6
    assert len(_timeline(activity)) == 6


def test_tidying_takes_all_that_is_old_and_below_the_position_and_nothing_else(
    reconciler: Reconciler,
    inbox: Inbox,
    clock: Clock,
    clients: Runtime,
    activity: Runtime,
    log: ReadLog,
) -> None:
    publish(clients, origin(), [note()])
    inbox.ingest(batch(log()))
    reconciler.make_round()
    with activity.pipe_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO inbox (source, pos, applied_at) "
                "SELECT '/clients', pos, clock_timestamp() - interval '2 hours' "
                "FROM generate_series(2, 12000) AS pos"
            )
        )
        connection.execute(text("UPDATE consumer_progress SET contiguous_pos = 11990"))
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_state SET last_pos = 12000"))
    clock.seconds += 30
    reconciler.make_round()
    assert len(_known(activity)) == 12_000, "not at every look"
    clock.seconds += 60
    reconciler.make_round()
    assert _known(activity) == [1, *range(11_990, 12_001)]


def test_much_to_tidy_keeps_no_hole_waiting(
    reconciler: Reconciler, clock: Clock, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    reconciler.make_round()
    publish(clients, origin(), [note()])
    log()
    with activity.pipe_engine.begin() as connection:
        connection.execute(_KEEP_MUCH)
    clock.step = PATIENCE_SECONDS
    rounds = [(reconciler.make_round(), len(_known(activity))) for _ in range(3)]
    assert rounds == [(0, 7000), (1, 2001), (0, 1)]


def _known(activity: Runtime) -> list[int]:
    with activity.pipe_engine.connect() as connection:
        return list(connection.scalars(text("SELECT pos FROM inbox ORDER BY pos")))
