"""A log that has begun another life: noticed by itself, and followed to what it says now."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, text

from services.activity.events.consumers import apply
from shared.db.engine import engine_for
from shared.messaging.celery_app import make_celery
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.messaging.outages import Outage
from shared.messaging.publisher import Publisher
from shared.messaging.reconciler import Producer, Reconciler
from shared.messaging.relay import Relay, sequence
from shared.runtime import Runtime
from tests.factories.events import batch, note, origin, publish
from tests.integration.messaging.conftest import (
    ReadLog,
    look_until_level,
    lose,
    until_someone_waits_for_a_lock,
)
from tests.integration.messaging.test_attempts import _die


@pytest.fixture
def reconciler(inbox: Inbox, producer: Producer) -> Reconciler:
    """What follows the producer's log."""
    return Reconciler(inbox, producer)


def _epoch(runtime: Runtime) -> str:
    with runtime.pipe_engine.connect() as connection:
        return str(connection.scalar(text("SELECT epoch FROM relay_state")))


def _timeline(activity: Runtime) -> list[str]:
    with engine_for(activity.settings, "activity", "owner").connect() as connection:
        return [str(each) for each in connection.scalars(
            text("SELECT event_id FROM events ORDER BY pos"))]  # fmt: skip


def _progress(activity: Runtime) -> tuple[str, int]:
    with activity.pipe_engine.connect() as connection:
        row = connection.execute(text("SELECT epoch, contiguous_pos FROM consumer_progress")).one()
        return str(row.epoch), row.contiguous_pos


def _say(clients: Runtime, count: int) -> None:
    publish(clients, origin(), [note() for _ in range(count)])


def _written_elsewhere(clients: Runtime) -> None:
    """As after a promotion: the last position was given in another timeline."""
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_state SET life = 'of another server'"))


def test_a_log_begins_another_epoch_where_it_was_written_elsewhere(clients: Runtime) -> None:
    first = _epoch(clients)
    _say(clients, 1)
    sequence(clients.pipe_engine)
    assert _epoch(clients) == first, "a log that nobody has numbered keeps its own"
    _written_elsewhere(clients)
    _say(clients, 2)
    sequence(clients.pipe_engine)
    second = _epoch(clients)
    assert second != first
    _say(clients, 1)
    sequence(clients.pipe_engine)
    assert _epoch(clients) == second


def test_another_life_is_noticed_though_nothing_new_is_written(clients: Runtime) -> None:
    _say(clients, 1)
    sequence(clients.pipe_engine)
    first = _epoch(clients)
    _written_elsewhere(clients)
    publisher = Publisher(make_celery("clients", clients.settings))
    assert Relay("clients", clients.pipe_engine, publisher, "test").hold_lease(3.0)
    assert _epoch(clients) != first


@pytest.mark.parametrize("since", [0, 1, 4, 7], ids=["nothing", "less", "as much", "more"])
def test_what_a_log_lacks_goes_and_what_it_says_instead_comes(
    reconciler: Reconciler,
    inbox: Inbox,
    clients: Runtime,
    activity: Runtime,
    log: ReadLog,
    since: int,
) -> None:
    """No server has changed: the consumer alone knows what the log had said."""
    _say(clients, 10)
    inbox.ingest(batch(log()))
    look_until_level(reconciler.make_round)
    first = _epoch(clients)
    lose(clients, 6)
    _say(clients, since)
    said = log()
    look_until_level(reconciler.make_round)
    assert _epoch(clients) != first
    assert _progress(activity) == (_epoch(clients), 6 + since)
    assert _timeline(activity) == [each["id"] for each in said]


def test_another_event_at_a_known_position_is_noticed_though_the_newest_is_known(
    reconciler: Reconciler, inbox: Inbox, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    """Everything came by message: of the new log's last event nothing gives it away."""
    _say(clients, 10)
    inbox.ingest(batch(log()))
    lose(clients, 6)
    _say(clients, 8)
    said = log()
    inbox.ingest(batch(said))
    look_until_level(reconciler.make_round)
    assert _timeline(activity) == [each["id"] for each in said]


def test_a_message_that_lies_about_a_known_position_changes_nothing(
    reconciler: Reconciler, inbox: Inbox, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    """And what the log loses afterwards is noticed all the same."""
    _say(clients, 10)
    said = log()
    inbox.ingest(batch(said))
    first = _epoch(clients)
    inbox.ingest(batch([{**said[2], "id": str(uuid.uuid4())}]))
    look_until_level(reconciler.make_round)
    assert (_epoch(clients), _timeline(activity)) == (first, [each["id"] for each in said])
    lose(clients, 6)
    look_until_level(reconciler.make_round)
    assert _timeline(activity) == [each["id"] for each in said[:6]]


def test_a_log_that_lost_nothing_is_followed_on_from_where_it_was(
    reconciler: Reconciler, inbox: Inbox, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    _say(clients, 5)
    inbox.ingest(batch(log()))
    _written_elsewhere(clients)
    _say(clients, 1)
    log()
    assert reconciler.make_round() == 1, "nothing is read again but what is new"
    assert _progress(activity) == (_epoch(clients), 6)


@dataclass
class Late:
    """A batch that is held up once its positions are taken, and goes on when it is let."""

    ingesting: Future[int]
    go_on: threading.Event


@pytest.fixture
def late(inbox: Inbox, clients: Runtime, activity: Runtime, log: ReadLog) -> Iterator[Late]:
    """The last two of six events, of which the log has lost three meanwhile."""
    begun, go_on = threading.Event(), threading.Event()

    def slowly(connection: Connection, envelopes: Sequence[Envelope]) -> None:
        begun.set()
        assert go_on.wait(60)
        apply(connection, envelopes)

    _say(clients, 6)
    said = log()
    inbox.ingest(batch(said[:4]))
    held_up = Inbox("activity", activity.pipe_engine, slowly)
    with ThreadPoolExecutor(1) as workers:
        ingesting = workers.submit(held_up.ingest, batch(said[4:]))
        assert begun.wait(60)
        lose(clients, 3)
        yield Late(ingesting, go_on)
        go_on.set()


def test_a_batch_of_the_ended_life_that_commits_late_is_not_kept(
    reconciler: Reconciler, clients: Runtime, activity: Runtime, log: ReadLog, late: Late
) -> None:
    """Its positions are those of other events by then, and nobody looks there again."""
    _say(clients, 4)
    new = log()
    look_until_level(reconciler.make_round)
    late.go_on.set()
    with pytest.raises(Outage):
        late.ingesting.result(60)
    assert _timeline(activity) == [each["id"] for each in new]
    assert _progress(activity)[1] == 7


def test_a_batch_and_whoever_learns_of_another_life_may_wait_for_each_other(
    reconciler: Reconciler, clients: Runtime, activity: Runtime, log: ReadLog, late: Late
) -> None:
    """One of them is broken off, and tried again by whoever made it."""
    _say(clients, 3)
    new = log()
    with ThreadPoolExecutor(1) as workers:
        learning = workers.submit(look_until_level, reconciler.make_round)
        until_someone_waits_for_a_lock(activity)
        late.go_on.set()
        assert not wait([late.ingesting, learning], 60).not_done
    look_until_level(reconciler.make_round)
    assert _timeline(activity) == [each["id"] for each in new]
    assert _progress(activity)[1] == 6


@pytest.mark.parametrize("left", [3, 5], ids=["learned anew", "followed on"])
def test_what_killed_in_an_ended_life_parks_nothing_of_the_next(
    reconciler: Reconciler, inbox: Inbox, clients: Runtime, activity: Runtime, log: ReadLog,
    left: int,
) -> None:  # fmt: skip
    """At the position of an event that ended three processes stands another one by now."""
    _say(clients, 7)
    inbox.ingest(batch(log()[:5]))
    _die(activity, 7, envelopes=1)
    lose(clients, left)
    _written_elsewhere(clients)
    _say(clients, 6 - left)
    log()
    look_until_level(reconciler.make_round)
    _say(clients, 1)
    new = log()
    inbox.ingest(batch(new[6:]), suspicious=True)
    assert DeadLetters("activity", activity.pipe_engine, apply).list() == []
    assert _timeline(activity) == [each["id"] for each in new]


def _fail_for(positions: set[int]) -> Any:
    def picky(connection: Connection, envelopes: Sequence[Envelope]) -> None:
        if any(each["pos"] in positions for each in envelopes):
            raise ValueError("cannot be applied")
        apply(connection, envelopes)

    return picky


def test_a_letter_of_each_life_keeps_its_envelope(
    producer: Producer, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    picky = Inbox("activity", activity.pipe_engine, _fail_for({2, 5}))
    _say(clients, 5)
    old = log()
    picky.ingest(batch(old))
    letters = DeadLetters("activity", activity.pipe_engine, apply)
    assert letters.discard(letters.list()[0].id)
    lose(clients, 4)
    _say(clients, 1)
    new = log()
    look_until_level(Reconciler(picky, producer).make_round)
    assert [each.event_id for each in letters.list()] == [uuid.UUID(new[4]["id"])]
    parked = letters.show(letters.list()[0].id)
    assert parked is not None
    assert parked.envelope["id"] == new[4]["id"]
    assert {each.event_id for each in letters.list("discarded")} == {
        uuid.UUID(old[1]["id"]),
        uuid.UUID(old[4]["id"]),
    }, "what was given up stays so, and what is lost can never be applied"
    assert letters.replay(letters.list()[0].id)
    assert _timeline(activity) == [each["id"] for each in new if each["pos"] != 2]


def test_a_letter_that_can_be_applied_in_the_new_life_is_settled(
    reconciler: Reconciler, clients: Runtime, activity: Runtime, log: ReadLog
) -> None:
    _say(clients, 5)
    Inbox("activity", activity.pipe_engine, _fail_for({2})).ingest(batch(log()))
    lose(clients, 4)
    said = log()
    look_until_level(reconciler.make_round)
    letters = DeadLetters("activity", activity.pipe_engine, apply)
    assert (len(letters.list()), len(letters.list("replayed"))) == (0, 1)
    assert _timeline(activity) == [each["id"] for each in said]


def test_learning_a_log_anew_that_breaks_off_has_changed_nothing(
    reconciler: Reconciler, inbox: Inbox, producer: Producer, clients: Runtime,
    activity: Runtime, log: ReadLog,
) -> None:  # fmt: skip
    _say(clients, 5)
    said = log()
    inbox.ingest(batch(said))
    known = _progress(activity)
    lose(clients, 3)

    def away(after: int, limit: int) -> Any:
        raise ConnectionError("the producer is away")

    cut_off = Producer(producer.source, producer.head, away, producer.begin_anew)
    with pytest.raises(ConnectionError):
        look_until_level(Reconciler(inbox, cut_off).make_round)
    assert _progress(activity) == known
    assert _timeline(activity) == [each["id"] for each in said]
    look_until_level(reconciler.make_round)
    assert _timeline(activity) == [each["id"] for each in said[:3]]
