"""The same system on RabbitMQ: quorum queues, confirmed publishing, and nothing lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from shared.messaging.topology import SERVICES, ingest_queue
from tests.chaos.ledger import Ledger
from tests.fixtures.compose import ComposeSystem
from tests.fixtures.compose_project import BROKERS
from tests.fixtures.subscriber import QUEUE, Downstream
from tests.fixtures.waiting import eventually

BROKER = "rabbitmq"


def _ctl(project: ComposeSystem, *arguments: str) -> str:
    return project.docker("exec", project.container(BROKER), "rabbitmqctl", "-q", *arguments)


def _queues(project: ComposeSystem) -> list[dict[str, Any]]:
    wanted = ("name", "type", "messages")
    return list(json.loads(_ctl(project, "list_queues", *wanted, "--formatter", "json")))


def test_every_queue_of_events_is_a_quorum_queue(project: ComposeSystem, ledger: Ledger) -> None:
    ledger.run(1.0)
    ledger.settle()
    kinds = {row["name"]: row["type"] for row in _queues(project)}
    assert {kinds[ingest_queue(name)] for name in SERVICES} == {"quorum"}
    ledger.check()


@pytest.mark.parametrize("name", [BROKER, "activity-worker", "clients-relay"])
def test_a_killed_container_loses_nothing(
    project: ComposeSystem, ledger: Ledger, name: str
) -> None:
    ledger.start()
    project.kill_and_wait(name)
    ledger.stop()
    ledger.settle(120)
    ledger.check()


def test_a_paused_broker_loses_nothing(project: ComposeSystem, ledger: Ledger) -> None:
    ledger.start()
    with project.frozen(BROKER):
        time.sleep(6)  # Longer than the timeouts of those who send.
    ledger.stop()
    ledger.settle(120)
    ledger.check()


def test_a_broker_that_takes_no_message_is_gone_around(
    project: ComposeSystem, ledger: Ledger
) -> None:
    """Past its memory limit it confirms nothing; consumers pull what the log keeps."""
    _ctl(project, "set_vm_memory_high_watermark", "0")
    try:
        ledger.run(3.0)
        ledger.settle(60)
    finally:
        _ctl(project, "set_vm_memory_high_watermark", "0.4")
    ledger.run(1.0)
    ledger.settle(60)
    ledger.check()


@pytest.fixture
def broker_of_its_own() -> tuple[str, ...]:
    """RabbitMQ, by the address that the relay reaches."""
    return ("--broker-url", BROKERS[BROKER]["CLIENTELE_BROKER_URL"])


def test_what_a_subscriber_has_applied_equals_the_ledger(
    project: ComposeSystem, downstream: Downstream
) -> None:
    """Its app is killed and its queue emptied; its broker is killed with messages on the way."""

    def lose() -> None:
        eventually("messages wait for it", lambda: _waiting(project) > 0)
        _ctl(project, "purge_queue", QUEUE)
        assert _waiting(project) == 0

    downstream.live_through_it(lose)
    kinds = {row["name"]: row["type"] for row in _queues(project)}
    assert kinds[QUEUE] == "quorum"
    clients = [downstream.firm.client("Works")["id"]]
    with downstream.worker():
        downstream.expect_level(clients)
        downstream.edit(clients, 5)
        project.kill_and_wait(BROKER)
        downstream.edit(clients, 5)
        downstream.expect_level(clients)


def _waiting(project: ComposeSystem) -> int:
    return sum(row["messages"] for row in _queues(project) if row["name"] == QUEUE)
