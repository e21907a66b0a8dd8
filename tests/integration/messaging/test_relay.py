"""The relay on a real broker: what is committed is sent, at least once, in order."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import pytest
import redis
from sqlalchemy import text

from shared.messaging import backlog
from shared.messaging.celery_app import make_celery
from shared.messaging.envelope import MAX_BATCH_ENVELOPES, Batch, Event, unpack
from shared.messaging.feed import MAX_READ_BYTES, read_envelopes, read_head
from shared.messaging.publisher import Publisher
from shared.messaging.relay import Relay, sequence
from shared.messaging.topology import targets_of
from shared.runtime import Runtime
from tests.factories.events import note, origin, publish


@pytest.fixture
def broker(clients: Runtime) -> Iterator[Any]:
    """The Redis behind the broker, emptied."""
    connection = redis.Redis.from_url(clients.settings.broker_url)
    connection.flushall()
    yield connection
    connection.close()


def _relay(clients: Runtime, owner: str = "one") -> Relay:
    relay = Relay(
        "clients", clients.pipe_engine, Publisher(make_celery("clients", clients.settings)), owner
    )
    relay.prepare()
    return relay


def _messages(broker: Any, target: str) -> list[Batch]:
    """The batches that wait for a consumer, oldest first."""
    raw = reversed(broker.lrange(f"{target}.ingest", 0, -1))
    bodies = [base64.b64decode(orjson.loads(message)["body"]) for message in raw]
    return [unpack(orjson.loads(body)[0][0]) for body in bodies]


def _positions(broker: Any, target: str) -> list[int]:
    return [
        envelope["pos"] for batch in _messages(broker, target) for envelope in batch["envelopes"]
    ]


def _send(relay: Relay) -> None:
    """A round that sends, and one that notes what the first has sent."""
    relay.make_round()
    relay.make_round(hinted=True)


def _sent(clients: Runtime) -> dict[str, int]:
    with clients.pipe_engine.connect() as connection:
        rows = connection.execute(text("SELECT target, sent_pos FROM relay_target"))
        return {row.target: row.sent_pos for row in rows}


def test_every_subscriber_receives_every_event_in_order(clients: Runtime, broker: Any) -> None:
    publish(clients, origin(), [note() for _ in range(230)])
    _send(_relay(clients))
    for target in targets_of("clients"):
        assert _positions(broker, target) == list(range(1, 231))
        sizes = [len(batch["envelopes"]) for batch in _messages(broker, target)]
        assert max(sizes) <= MAX_BATCH_ENVELOPES
    assert set(_sent(clients).values()) == {230}


def test_a_relay_that_died_before_noting_what_it_sent_sends_it_again(
    clients: Runtime, broker: Any
) -> None:
    publish(clients, origin(), [note(), note()])
    _relay(clients).make_round()
    _relay(clients, "two").make_round()
    assert _positions(broker, "activity") == [1, 2, 1, 2]


class _Overtaken(Publisher):
    """Sends, and is overtaken by another relay before it has noted what it sent."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def send_batches(self, targets: Sequence[str], batches: Sequence[str]) -> None:
        super().send_batches(targets, batches)
        self.meanwhile()


def test_a_slow_relay_never_moves_the_sent_position_back(clients: Runtime, broker: Any) -> None:
    publisher = _Overtaken(make_celery("clients", clients.settings))
    slow = Relay("clients", clients.pipe_engine, publisher, "slow")
    slow.prepare()
    publish(clients, origin(), [note(), note()])

    def overtake() -> None:
        publisher.meanwhile = lambda: None
        publish(clients, origin(), [note()])
        _send(_relay(clients, "quick"))

    publisher.meanwhile = overtake
    _send(slow)
    assert set(_sent(clients).values()) == {3}


def test_a_broker_that_is_down_keeps_everything_in_the_log(clients: Runtime, broker: Any) -> None:
    down = Runtime(
        "clients",
        type(clients.settings)(**{**vars(clients.settings), "broker_url": "redis://127.0.0.1:1/0"}),
    )
    publish(clients, origin(), [note()])
    relay = _relay(down)
    assert relay.make_round() == 1, "numbered, not sent"
    # What was sent is noted by the next round.
    relay.make_round(hinted=True)
    assert set(_sent(clients).values()) == {0}
    _relay(clients).make_round()
    assert _positions(broker, "activity") == [1]


def test_a_paused_target_waits_and_the_others_go_on(clients: Runtime, broker: Any) -> None:
    relay = _relay(clients)
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_target SET paused = true WHERE target = 'metrics'"))
    publish(clients, origin(), [note()])
    relay.make_round()
    assert (_positions(broker, "metrics"), _positions(broker, "activity")) == ([], [1])
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_target SET paused = false"))
    relay.make_round()
    assert _positions(broker, "metrics") == [1]


def test_a_target_far_behind_holds_up_no_other(clients: Runtime, broker: Any) -> None:
    relay = _relay(clients)
    publish(clients, origin(), [note() for _ in range(MAX_BATCH_ENVELOPES * 2)])
    _send(relay)
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_target SET sent_pos = 0 WHERE target = 'metrics'"))
    broker.flushall()
    publish(clients, origin(), [note()])
    relay.make_round()
    newest = MAX_BATCH_ENVELOPES * 2 + 1
    assert _positions(broker, "activity") == [newest]
    assert _positions(broker, "metrics") == list(range(1, newest + 1))


def test_a_consumer_that_is_dead_at_an_ordinary_rate_fills_no_broker(
    clients: Runtime, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event at a time never leaves it far behind, and its messages pile up all the same."""
    monkeypatch.setattr(backlog, "MAX_WAITING_MESSAGES", 20)
    monkeypatch.setattr(backlog, "LOOK_EVERY_MESSAGES", 10)
    relay = _relay(clients)
    for _ in range(60):
        publish(clients, origin(), [note()])
        _send(relay)
        broker.delete("activity.ingest", "documents.ingest")
    waiting = len(_messages(broker, "metrics"))
    assert 20 < waiting <= 31
    assert _sent(clients) == {"activity": 60, "documents": 60, "metrics": waiting}
    broker.delete("metrics.ingest")
    while relay.make_round(hinted=True):
        pass
    assert _positions(broker, "metrics") == list(range(waiting + 1, 61))


def test_what_an_operator_sends_again_is_sent_under_writes_too(
    clients: Runtime, broker: Any
) -> None:
    relay = _relay(clients)
    publish(clients, origin(), [note(), note()])
    _send(relay)
    publish(clients, origin(), [note()])
    relay.make_round()
    with clients.pipe_engine.begin() as connection:
        connection.execute(text("UPDATE relay_target SET sent_pos = 0 WHERE target = 'metrics'"))
    _send(relay)
    assert _positions(broker, "activity") == [1, 2, 3]
    assert _positions(broker, "metrics") == [1, 2, 3, 1, 2, 3]


def test_one_relay_works_and_the_other_takes_over_when_its_lease_ends(clients: Runtime) -> None:
    one, two = _relay(clients, "one"), _relay(clients, "two")
    assert one.hold_lease(30)
    assert not two.hold_lease(30)
    assert one.hold_lease(0)
    assert two.hold_lease(30)


def test_a_lease_of_a_clock_that_was_set_back_does_not_last_till_then(clients: Runtime) -> None:
    one, two = _relay(clients, "one"), _relay(clients, "two")
    assert one.hold_lease(3600)
    assert two.hold_lease(3)


def _large_note(size: int) -> Event:
    event = note()
    event.data["api_key"]["permissions"] = ["x" * 90] * (size // 93)
    return event


def test_a_large_event_travels_alone(clients: Runtime, broker: Any) -> None:
    publish(clients, origin(), [note(), _large_note(70_000), note()])
    _relay(clients).make_round()
    assert [len(batch["envelopes"]) for batch in _messages(broker, "activity")] == [1, 1, 1]


def test_no_argument_of_a_task_stands_in_its_headers(clients: Runtime, broker: Any) -> None:
    publish(clients, origin(), [note()])
    _relay(clients).make_round()
    message = orjson.loads(broker.lindex("activity.ingest", 0))
    assert message["headers"]["argsrepr"].startswith("<batch of")
    assert b"Jo Park" not in orjson.dumps(message["headers"])


def test_a_read_of_the_log_is_bounded_in_bytes_and_nothing_is_left_out(
    clients: Runtime, broker: Any
) -> None:
    """Legal events of 200 kB each: neither a page nor what a relay holds grows with them."""
    publish(clients, origin(), [_large_note(200_000) for _ in range(70)])
    while sequence(clients.pipe_engine):
        pass
    read: list[int] = []
    with clients.pipe_engine.connect() as connection:
        head = read_head(connection)
        while page := read_envelopes(connection, "clients", head.epoch, len(read), 500):
            assert sum(len(each.body) for each in page) < MAX_READ_BYTES + 210_000
            read += [each.pos for each in page]
    assert read == list(range(1, 71))
    relay = _relay(clients)
    while relay.make_round(hinted=True):
        pass
    assert _positions(broker, "activity") == read
