"""A standby that lacks the last commits takes over while everyone writes.

The consumers have other servers and know more than the new primary, which gives the positions it
lacks to other events. What they say must be what its log and its books say.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from cli.projections.chains import compare_chains
from cli.projections.verifying import CHECKS, verify
from services.activity.events.consumers import apply as apply_to_activity
from services.activity.events.operations.placing import Placer
from services.clients.service import CLIENTS
from services.metrics.totals.consumers import apply as apply_to_metrics
from shared.db.bootstrap import ensure_databases
from shared.db.engine import engine_for
from shared.db.migrate import migrate
from shared.messaging.inbox import Inbox
from shared.messaging.lag import measure_lag
from shared.messaging.reconciler import Reconciler
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.settings import Settings
from tests.fixtures.api import Caller, found
from tests.fixtures.standby import Pair
from tests.fixtures.waiting import eventually
from tests.integration.messaging.conftest import as_producer, read_log

LINE = {"description": "Work", "quantity": "1.5", "unit_price": "80.10"}


@dataclass
class World:
    """The clients service on the pair, its consumers elsewhere, and all that runs meanwhile."""

    clients: Runtime
    consumers: list[Inbox]
    app: Flask
    settings: Settings
    accepted: list[str] = field(default_factory=list)

    def engine(self, service: str, role: str) -> Engine:
        """The databases as operators' commands find them."""
        settings = self.clients.settings if service == "clients" else self.settings
        return engine_for(settings, service, role)

    def write_one(self, caller: Caller) -> None:
        """A client with an invoice that is paid; noted if it was accepted to the end."""
        name = uuid.uuid4().hex
        made = _ok(caller.call("POST", "/v1/clients", {
            "company_name": f"Firm {name}",
            "primary_contact": {"email": f"a@{name}.example.com"}}))  # fmt: skip
        path = f"/v1/clients/{made['id']}/invoices"
        invoice = _ok(caller.call("POST", path, {"lines": [LINE]}))
        issued = _ok(caller.call("POST", f"/v1/invoices/{invoice['id']}/issue", {}))
        payment = {"amount": issued["total"], "paid_on": issued["issued_on"]}
        _ok(caller.call("POST", f"/v1/invoices/{invoice['id']}/payments", payment))
        self.accepted.append(made["id"])

    def deliver(self) -> None:
        """What is new, as messages bring it."""
        after = min(self.position(each) for each in self.consumers)
        envelopes = read_log(self.clients, after, 100)
        for inbox in self.consumers if envelopes else ():
            inbox.ingest({"v": 1, "source": "/clients", "epoch": envelopes[0]["epoch"],
                          "envelopes": envelopes})  # fmt: skip

    def position(self, inbox: Inbox) -> int:
        """Up to where a consumer knows the log."""
        with inbox.engine.connect() as connection:
            query = text("SELECT contiguous_pos FROM consumer_progress WHERE source = '/clients'")
            return int(connection.scalar(query) or 0)

    def lag(self) -> int:
        """How many events of the clients service are not applied, in all."""
        lags = measure_lag(lambda service: self.engine(service, "pipe"))
        mine = [each for each in lags if each.source == "clients" and each.consumer != "documents"]
        return sum(each.events for each in mine)


@contextlib.contextmanager
def _running(*rounds: Callable[[], object]) -> Iterator[None]:
    """Make the rounds again and again, each in a thread of its own, whatever they raise."""
    over = threading.Event()

    def repeat(make_round: Callable[[], object]) -> None:
        while not over.wait(0.02):
            with contextlib.suppress(Exception):  # Its database is away: the next round tries.
                make_round()

    threads = [threading.Thread(target=repeat, args=(each,)) for each in rounds]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(30)


def _ok(answer: Any) -> Any:
    assert answer.status_code in {200, 201}, answer.text
    return answer.json


@pytest.fixture
def world(pair: Pair, settings: Settings) -> World:
    """The clients service on the primary, activity and metrics on the test's own server."""
    primary = f"postgresql://postgres@127.0.0.1:{pair.primary.port}/postgres"
    ensure_databases(replace(settings, database_url=primary))
    away = replace(settings, database_url=pair.url)
    migrate(away, "clients")
    consumers = [
        Inbox("metrics", Runtime("metrics", settings).pipe_engine, apply_to_metrics),
        Inbox("activity", Runtime("activity", settings).pipe_engine, apply_to_activity),
    ]
    return World(Runtime("clients", away), consumers, create_app(CLIENTS, away), settings)


def test_a_standby_that_lacks_the_last_commits_takes_over_under_writes(
    pair: Pair, world: World
) -> None:
    caller = Caller(world.app.test_client(), found(world.clients, "Acme Works").token)
    activity = Runtime("activity", world.settings)
    placer = Placer(activity.pipe_engine, activity.vault)
    looks = [Reconciler(each, as_producer(world.clients)).make_round for each in world.consumers]
    with _running(world.deliver, placer.make_round, *looks):
        with _running(lambda: world.write_one(caller)):
            _until_more_written(world, 2)
            pair.follow()
            pair.fall_behind()
            begun = len(world.accepted) + 1  # One may have been written half.
            _until_more_written(world, 6)
            lost = world.accepted[begun:]
            _until_known(world, lost)
            pair.fail_over()
            _until_more_written(world, 3)
        eventually("everything is applied", lambda: world.lag() == 0)
    assert not _named(world, "clients", lost), "the standby lacks what it is to lack"
    assert not _named(world, "client_metrics", lost)
    for check in CHECKS.values():
        report = verify(lambda service: world.engine(service, "owner"), check, 20)
        assert report.is_clean, report
    while placer.make_round():
        pass
    _, wrong = compare_chains(lambda service: world.engine(service, "owner"), activity.vault)
    assert wrong == []


def _until_more_written(world: World, count: int) -> None:
    wanted = len(world.accepted) + count
    eventually("writes are accepted", lambda: len(world.accepted) >= wanted, 60)


def _until_known(world: World, clients: list[str]) -> None:
    """Both consumers must have heard of what the standby never will."""
    eventually("metrics know it", lambda: _named(world, "client_metrics", clients) == len(clients))
    eventually("the timeline knows it", lambda: _named(world, "events", clients) > len(clients))


def _named(world: World, table: str, clients: list[str]) -> int:
    """How many rows of a table are of these clients."""
    service = {"client_metrics": "metrics", "events": "activity"}.get(table, "clients")
    column = "id" if table == "clients" else "client_id"
    query = text(f"SELECT count(*) FROM {table} WHERE {column} = ANY (CAST(:ids AS uuid[]))")
    with world.engine(service, "owner").connect() as connection:
        return int(connection.scalar(query, {"ids": clients}) or 0)
