"""The same system on RabbitMQ: quorum queues, confirmed publishing, and nothing lost."""

from __future__ import annotations

import json
import time

import pytest

from shared.messaging.topology import SERVICES, ingest_queue
from tests.chaos.ledger import Ledger
from tests.fixtures.compose import ComposeSystem

BROKER = "rabbitmq"


def _ctl(project: ComposeSystem, *arguments: str) -> str:
    return project.docker("exec", project.container(BROKER), "rabbitmqctl", "-q", *arguments)


def test_every_queue_of_events_is_a_quorum_queue(project: ComposeSystem, ledger: Ledger) -> None:
    ledger.run(1.0)
    ledger.settle()
    rows = json.loads(_ctl(project, "list_queues", "name", "type", "--formatter", "json"))
    kinds = {row["name"]: row["type"] for row in rows}
    assert {kinds[ingest_queue(name)] for name in SERVICES} == {"quorum"}
    ledger.check()


@pytest.mark.parametrize("name", [BROKER, "activity-worker", "clients-relay"])
def test_a_killed_container_loses_nothing(
    project: ComposeSystem, ledger: Ledger, name: str
) -> None:
    ledger.start()
    time.sleep(1)
    project.kill_and_wait(name)
    ledger.stop()
    ledger.settle(120)
    ledger.check()


def test_a_paused_broker_loses_nothing(project: ComposeSystem, ledger: Ledger) -> None:
    ledger.start()
    time.sleep(1)
    with project.frozen(BROKER):
        time.sleep(6)
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
