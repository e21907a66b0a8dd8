"""The Celery consumer of the client package: once each, in order per client, whatever arrives."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from celery import Celery
from sqlalchemy import Connection, Engine, create_engine, insert, select, text
from sqlalchemy.schema import Column, MetaData, Table
from sqlalchemy.types import Integer, String

from clientele_client.celery import FeedBegunAnew, NotForUs, Subscriber
from clientele_client.feed import Page
from tests.fixtures.databases import Databases

WORKSPACE, EPOCH = "0199c2f0-0000-7000-8000-000000000001", "0199c2f0-0000-7000-8000-0000000000ee"
UPDATED = "clients.client.updated.v1"
metadata = MetaData()
applied = Table(
    "applied",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("event_id", String(36), nullable=False),
    Column("client", String(36), nullable=False),
)


@dataclass
class Ledger:
    """What has happened, offered page by page as the feed does; cursors are places as text."""

    events: list[dict[str, Any]] = field(default_factory=list)
    pulls: int = 0

    def tell(self, count: int, clients: int = 3) -> None:
        """So many more events, of some clients in turn."""
        for n in range(len(self.events), len(self.events) + count):
            self.events.append(
                {"id": f"event-{n}", "type": UPDATED, "client_id": f"client-{n % clients}",
                 "workspace": WORKSPACE, "data": {"n": n}}
            )  # fmt: skip

    def pages(self, after: str | None, *, types: Any, wait: int) -> Iterator[Page]:
        """Ten at a time up to the end, as `Feed.pages` gives them."""
        self.pulls += 1
        head = str(len(self.events))
        for start in itertools.count(int(after or 0), 10):
            upto = min(start + 10, len(self.events))
            yield Page(self.events[start:upto], str(upto), head)
            if upto == len(self.events):
                return

    def message(self, after: int, upto: int, **other: Any) -> dict[str, Any]:
        """As the relay sends it."""
        return {
            "version": 1, "subscriber": "erp", "workspace": WORKSPACE, "previous": str(after),
            "cursor": str(upto), "after": after, "upto": upto, "epoch": EPOCH,
            "events": self.events[after:upto], **other,
        }  # fmt: skip

    def messages(self, size: int) -> list[dict[str, Any]]:
        """All of it."""
        ends = range(0, len(self.events), size)
        return [self.message(at, min(at + size, len(self.events))) for at in ends]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The subscriber's own database."""
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path}/erp.db", connect_args={"timeout": 30})
    else:
        databases: Databases = request.getfixturevalue("databases")
        url = databases.url("clients").replace("postgresql://", "postgresql+psycopg://")
        made = create_engine(url, connect_args={"options": "-c search_path=erp"})
        with made.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS erp CASCADE"))
            connection.execute(text("CREATE SCHEMA erp"))
    metadata.create_all(made)
    yield made
    if request.param == "postgresql":
        with made.begin() as connection:
            connection.execute(text("DROP SCHEMA erp CASCADE"))
    made.dispose()


@pytest.fixture
def ledger() -> Ledger:
    """Nothing has happened yet."""
    return Ledger()


@pytest.fixture
def erp(engine: Engine, ledger: Ledger) -> Subscriber:
    """A subscriber that writes down what it applies."""
    return _subscriber(engine, ledger)


def _subscriber(engine: Engine, ledger: Ledger) -> Subscriber:
    made = Subscriber(engine, feed=ledger, name="erp")  # type: ignore[arg-type]  # read alike

    @made.apply("clients.*")
    def note(connection: Connection, event: Any) -> None:
        values = {"event_id": event["id"], "client": event["client_id"]}
        connection.execute(insert(applied).values(values))

    made.create_tables()
    return made


def _applied(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(applied.c.event_id).order_by(applied.c.n)))


def _ids(ledger: Ledger) -> list[str]:
    return [event["id"] for event in ledger.events]


def _expect_ledger(engine: Engine, ledger: Ledger) -> None:
    found = _applied(engine)
    assert sorted(found) == sorted(_ids(ledger))
    for client in {event["client_id"] for event in ledger.events}:
        own = [event["id"] for event in ledger.events if event["client_id"] == client]
        assert [each for each in found if each in own] == own


def test_messages_in_order_need_no_look_at_the_feed_but_the_first(
    erp: Subscriber, engine: Engine, ledger: Ledger
) -> None:
    ledger.tell(7)
    erp.receive(ledger.message(0, 7))
    ledger.tell(90)
    for start in range(7, 97, 9):
        erp.receive(ledger.message(start, start + 9))
    assert _applied(engine) == _ids(ledger)
    assert ledger.pulls == 1


@pytest.mark.parametrize("seed", range(4))
def test_lost_doubled_and_shuffled_messages_change_nothing(
    erp: Subscriber, engine: Engine, ledger: Ledger, seed: int
) -> None:
    random = Random(seed)
    ledger.tell(200)
    messages = [*ledger.messages(7), *ledger.messages(11)]
    random.shuffle(messages)
    for message in messages[: len(messages) // 2]:
        erp.receive(message)
    ledger.tell(40)
    erp.receive(ledger.message(240, 240))
    assert _applied(engine) == _ids(ledger)


def test_two_workers_at_once_apply_each_event_once(
    erp: Subscriber, engine: Engine, ledger: Ledger
) -> None:
    ledger.tell(120)
    messages = ledger.messages(6)

    def work() -> None:
        for message in messages:
            erp.receive(message)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
    _expect_ledger(engine, ledger)


def test_what_cannot_be_applied_holds_up_its_client_alone_and_is_made_good_in_order(
    erp: Subscriber, engine: Engine, ledger: Ledger
) -> None:
    ledger.tell(30)
    broken = {"event-4"}

    @erp.apply(UPDATED)
    def fail(connection: Connection, event: Any) -> None:
        if event["id"] in broken:
            raise ValueError("no such customer")

    for message in ledger.messages(10):
        erp.receive(message)
    assert _applied(engine) == [f"event-{n}" for n in range(30) if n % 3 != 1 or n == 1]
    broken.clear()
    assert erp.retry_parked() == 9
    _expect_ledger(engine, ledger)


def test_after_some_attempts_only_a_person_has_it_tried_again(
    erp: Subscriber, engine: Engine, ledger: Ledger
) -> None:
    ledger.tell(1)
    tried = []

    @erp.apply(UPDATED)
    def fail(connection: Connection, event: Any) -> None:
        tried.append(event["id"])
        raise ValueError("no")

    for _ in range(12):
        erp.receive(ledger.message(0, 1))
    assert len(tried) == 5
    assert erp.retry_parked() == 0
    assert len(tried) == 6


def test_an_event_and_its_place_are_written_together_or_not_at_all(
    engine: Engine, ledger: Ledger
) -> None:
    class Killed(BaseException):
        pass

    killed = Subscriber(engine, feed=ledger, name="erp")  # type: ignore[arg-type]  # read alike
    killed.create_tables()

    @killed.apply(UPDATED)
    def die(connection: Connection, event: Any) -> None:
        connection.execute(insert(applied).values(event_id=event["id"], client="x"))
        if event["id"] == "event-5":
            raise Killed

    ledger.tell(9)
    with pytest.raises(Killed):
        killed.receive(ledger.message(0, 9))
    assert _applied(engine) == []
    _subscriber(engine, ledger).receive(ledger.message(0, 9))
    assert _applied(engine) == _ids(ledger)


def test_a_database_that_was_restored_takes_what_it_lacks(
    erp: Subscriber, engine: Engine, ledger: Ledger
) -> None:
    ledger.tell(20)
    erp.receive(ledger.message(0, 20))
    kept = erp.inbox.state()
    ledger.tell(20)
    erp.receive(ledger.message(20, 40))
    with engine.begin() as connection:
        newer = [event["id"] for event in ledger.events[20:]]
        connection.execute(applied.delete().where(applied.c.event_id.in_(newer)))
        connection.execute(
            text("DELETE FROM clientele_inbox WHERE event_id NOT IN (SELECT event_id FROM applied)")
        )
        connection.execute(
            text("UPDATE clientele_subscriptions SET place = :place, cursor = :cursor"),
            {"place": kept.place, "cursor": kept.cursor},
        )
    ledger.tell(5)
    erp.receive(ledger.message(40, 45))
    assert _applied(engine) == _ids(ledger)


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"workspace": "another"}, NotForUs),
        ({"subscriber": "crm"}, NotForUs),
        ({"version": 2}, NotForUs),
        ({"epoch": "another"}, FeedBegunAnew),
    ],
)
def test_what_is_not_this_subscriptions_is_left_alone(
    erp: Subscriber, engine: Engine, ledger: Ledger, other: dict[str, Any], error: type[Exception]
) -> None:
    ledger.tell(4)
    erp.receive(ledger.message(0, 2))
    before = _applied(engine)
    with pytest.raises(error):
        erp.receive(ledger.message(2, 4, **other))
    assert _applied(engine) == before


def test_it_registers_the_task_and_the_queue_beside_those_of_the_app(erp: Subscriber) -> None:
    app = Celery("erp", broker="memory://")
    erp.register(app)
    assert "erp.ingest" in app.tasks
    assert {"celery", "erp.ingest"} <= set(app.amqp.queues)
