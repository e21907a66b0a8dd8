"""What the relay sends: everything once and in order, to those it is for, and never too much."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import orjson
import pytest
from sqlalchemy import Connection, text

from services.activity.events.queries import feed
from services.activity.subscribers.operations import sending
from services.activity.subscribers.tasks import MOST_WAITING, Sender
from shared.contracts import batches
from shared.db.engine import autocommitting
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.publisher import Outlet
from tests.fixtures.broker import Broker
from tests.fixtures.waiting import eventually
from tests.integration.subscribers.conftest import UPDATED, Firm, MakeBroker, ids, messages

INVOICE = "clients.invoice.issued.v1"


def _send_until(sender: Sender, what: str, look: object) -> None:
    def looked() -> object:
        sender.make_round()
        return look()  # type: ignore[operator]

    eventually(what, looked)


def test_every_event_is_sent_once_in_order_and_places_join_up(firm: Firm, broker: Broker) -> None:
    start = firm.add(broker)["start"]
    told = firm.tell(*[UPDATED] * 250)
    _send_until(firm.sender(), "all is sent", lambda: firm.standing()["unread"] == 0)
    sent = messages(broker)
    assert ids(sent) == [each["id"] for each in told]
    assert [len(each["events"]) for each in sent] == [100, 100, 50]
    assert sent[0]["previous"] == start
    assert [(it["after"], it["upto"]) for it in sent] == [(0, 100), (100, 200), (200, 250)]
    assert [it["previous"] for it in sent[1:]] == [it["cursor"] for it in sent[:-1]]
    for each in sent:
        batches.validate(each)


def test_what_is_not_wanted_leaves_no_hole(firm: Firm, broker: Broker) -> None:
    firm.add(broker, "--types", INVOICE)
    told = firm.tell(INVOICE, UPDATED, UPDATED, INVOICE)
    _send_until(firm.sender(), "all is sent", lambda: firm.standing()["unread"] == 0)
    (first,) = messages(broker)
    assert ids([first]) == [told[0]["id"], told[3]["id"]]
    more = firm.tell(UPDATED, INVOICE)
    _send_until(firm.sender("two"), "the rest", lambda: len(messages(broker)) == 2)
    second = messages(broker)[1]
    assert ids([second]) == [more[1]["id"]]
    assert second["after"] == first["upto"]


def test_what_is_placed_while_the_end_of_the_feed_is_looked_at_is_sent_at_once(
    firm: Firm, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.add(broker)
    told: list[Envelope] = []

    def bounds(connection: Connection) -> feed.Bounds:
        known = feed.bounds(connection)
        if not told:
            told.extend(firm.tell(UPDATED))
        return known

    monkeypatch.setattr(sending, "feed", SimpleNamespace(bounds=bounds, read=feed.read))
    with autocommitting(firm.runtime.pipe_engine).connect() as connection:
        subscriber = connection.scalar(text("SELECT id FROM subscribers"))
        batch = sending.next_batch(connection, firm.runtime.vault, subscriber, "one")
    assert batch is not None
    (sent,) = orjson.loads(orjson.dumps(batch.message["events"]))
    assert sent["id"] == told[0]["id"]


def test_a_subscriber_is_told_what_it_may_view(firm: Firm, broker: Broker) -> None:
    firm.add(broker, "--permissions", "clients.view")
    told = firm.tell(INVOICE, UPDATED)
    _send_until(firm.sender(), "it is sent", lambda: messages(broker))
    assert ids(messages(broker)) == [told[1]["id"]]


def test_a_workspace_is_told_nothing_of_another(firm: Firm, broker: Broker) -> None:
    other = uuid7()
    firm.add(broker)
    firm.add(broker, name="theirs", workspace=other)
    ours, theirs = firm.tell(*[UPDATED] * 3), firm.tell(*[UPDATED] * 2, workspace=other)
    _send_until(firm.sender(), "ours", lambda: len(ids(messages(broker))) == 3)
    _send_until(firm.sender(), "theirs", lambda: len(ids(messages(broker, "theirs"))) == 2)
    assert ids(messages(broker)) == [each["id"] for each in ours]
    assert ids(messages(broker, "theirs")) == [each["id"] for each in theirs]
    assert {it["workspace"] for it in messages(broker, "theirs")} == {str(other)}


def test_a_dead_subscriber_fills_no_broker(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    total = 100 * MOST_WAITING + 500
    told = firm.tell(*[UPDATED] * total)
    sender = firm.sender()
    _send_until(sender, "it is held back", lambda: firm.standing()["last_error"])
    assert len(messages(broker)) == MOST_WAITING
    time.sleep(2.5)  # Longer than it is held back: it is due, and its queue is full still.
    sender.make_round()
    assert len(messages(broker)) == MOST_WAITING
    taken = messages(broker)
    broker.direct.delete("erp.ingest")
    _send_until(sender, "the rest follows", lambda: firm.standing()["unread"] == 0)
    assert ids(taken + messages(broker)) == [each["id"] for each in told]
    assert firm.standing()["last_error"] is None


def test_a_broker_that_hangs_holds_up_nobody(firm: Firm, make_broker: MakeBroker) -> None:
    hanging, well = make_broker(), make_broker()
    firm.add(hanging, name="hangs")
    firm.add(well)
    hanging.freeze()
    firm.tell(UPDATED)
    sender, began = firm.sender(), time.monotonic()
    _send_until(sender, "the other is sent to", lambda: messages(well))
    assert time.monotonic() - began < 4
    began = time.monotonic()
    sender.make_round()
    assert time.monotonic() - began < 1
    _send_until(sender, "it gives up", lambda: firm.standing("hangs")["last_error"])
    hanging.thaw()
    _send_until(sender, "it is sent to in the end", lambda: messages(hanging, "hangs"))


def test_what_was_lost_is_found_by_a_message_without_events(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    firm.tell(*[UPDATED] * 3)
    sender = firm.sender()
    _send_until(sender, "it is sent", lambda: messages(broker))
    broker.direct.flushall()
    with firm.owner.begin() as connection:
        quiet = {"for": timedelta(seconds=sending.REMIND_SECONDS + 1)}
        connection.execute(text("UPDATE subscribers SET sent_at = sent_at - :for"), quiet)
    _send_until(sender, "it is reminded", lambda: messages(broker))
    (reminder,) = messages(broker)
    assert (reminder["events"], reminder["after"], reminder["upto"]) == ([], 3, 3)
    batches.validate(reminder)


def test_pausing_keeps_the_place_and_replaying_goes_back(firm: Firm, broker: Broker) -> None:
    start = firm.add(broker)["start"]
    first = firm.tell(UPDATED)
    sender = firm.sender()
    _send_until(sender, "it is sent", lambda: firm.standing()["unread"] == 0)
    assert firm.run("pause", "erp").exit_code == 0
    second = firm.tell(UPDATED)
    for _ in range(5):
        sender.make_round()
        time.sleep(0.1)  # A turn would send within it.
    assert ids(messages(broker)) == [first[0]["id"]]
    assert firm.standing()["state"] == "paused"
    assert firm.run("resume", "erp").exit_code == 0
    _send_until(sender, "it goes on", lambda: firm.standing()["unread"] == 0)
    assert ids(messages(broker)) == [first[0]["id"], second[0]["id"]]
    assert firm.run("replay", "erp", "--after", start).exit_code == 0
    _send_until(sender, "it is told again", lambda: len(ids(messages(broker))) == 4)
    assert ids(messages(broker))[2:] == [first[0]["id"], second[0]["id"]]


def test_two_relays_send_nothing_twice_and_one_that_dies_is_replaced(
    firm: Firm, broker: Broker
) -> None:
    firm.add(broker)
    told = firm.tell(*[UPDATED] * 500)
    one, two = firm.sender("one"), firm.sender("two")
    for _ in range(100):
        one.make_round()
        two.make_round()
        if firm.standing()["unread"] == 0:
            break
        time.sleep(0.05)  # As long as a turn rests between two looks.
    assert ids(messages(broker)) == [each["id"] for each in told]


def test_another_life_of_the_feed_is_told_from_its_beginning(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    told = firm.tell(UPDATED, UPDATED)
    sender = firm.sender()
    _send_until(sender, "it is sent", lambda: firm.standing()["unread"] == 0)
    with firm.owner.begin() as connection:
        connection.execute(text("UPDATE feed_state SET epoch = gen_random_uuid()"))
    _send_until(sender, "it begins again", lambda: len(messages(broker)) == 2)
    first, again = messages(broker)
    assert ids([again]) == [each["id"] for each in told]
    assert again["after"] == 0
    assert again["epoch"] != first["epoch"]


def test_what_has_expired_shows_as_a_jump(firm: Firm, broker: Broker) -> None:
    firm.add(broker)
    told = firm.tell(*[UPDATED] * 5)
    with firm.owner.begin() as connection:
        connection.execute(text("UPDATE feed_state SET earliest_pos = 4"))
    _send_until(firm.sender(), "the rest is sent", lambda: messages(broker))
    (only,) = messages(broker)
    assert only["after"] == 3
    assert ids([only]) == [each["id"] for each in told[3:]]


def test_letting_go_of_many_brokers_at_once_leaves_the_process_as_it_was(broker: Broker) -> None:
    """What is set for all sockets of a process for a moment stays set when two set it at once."""

    def use(number: int) -> None:
        for _ in range(10):
            Outlet(f"s{number}.ingest", broker.url).close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(8)))
    assert socket.getdefaulttimeout() is None
