"""Containers killed, paused, cut off and restarted under writes; the ledger must agree."""

from __future__ import annotations

import json
import sys
import time

import pytest

from shared.messaging.topology import SERVICES, targets_of
from tests.chaos.ledger import Ledger
from tests.fixtures.compose import ComposeSystem

KINDS = {
    "apis": [f"{name}-api" for name in SERVICES],
    "workers": [f"{name}-worker" for name in SERVICES],
    "relays": [f"{name}-relay" for name in SERVICES],
    "jobs": ["clients-jobs", "documents-jobs", "beat"],
    **{name: [name] for name in ("edge", "web", "redis", "postgres", "minio")},
}
TARGETS = targets_of("clients")
# Longer than whoever waits for a connection, a statement or a healthy container is patient.
LATE_SECONDS = 30


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_of_a_kind_killed_at_once_loses_nothing(
    project: ComposeSystem, ledger: Ledger, kind: str
) -> None:
    ledger.start()
    project.kill_and_wait(*KINDS[kind])
    ledger.stop()
    ledger.settle(90)
    ledger.check()


@pytest.mark.parametrize("name", ["redis", "postgres"])
def test_a_paused_engine_loses_nothing(project: ComposeSystem, ledger: Ledger, name: str) -> None:
    ledger.start()
    with project.frozen(name):
        time.sleep(6)  # Longer than the timeouts of those who ask it.
    ledger.stop()
    ledger.settle(90)
    ledger.check()


def test_a_worker_cut_off_from_the_network_catches_up(
    project: ComposeSystem, ledger: Ledger
) -> None:
    worker = project.container("activity-worker")
    ledger.start()
    project.docker("network", "disconnect", project.network, worker)
    time.sleep(5)  # Longer than a broker's or a database's connection is waited for.
    project.docker("network", "connect", project.network, worker)
    ledger.stop()
    ledger.settle(90)
    ledger.check()
    project.wait_healthy("activity-worker")


def test_a_rolling_restart_of_everything_loses_no_write(
    project: ComposeSystem, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """One kind after the other, with Celery's and the servers' soft endings."""
    known = _known_already(project)
    ledger.start()
    for services in KINDS.values():
        project.compose("restart", *services)
        for service in services:
            project.wait_healthy(service)
    ledger.stop()
    ledger.settle(90)
    ledger.check()
    events = sum(ledger.accepted.values())
    known = _known_already(project) - known
    with capsys.disabled():
        sys.stdout.write(
            f"\n{events} events through a rolling restart: "
            f"{known} of {events * len(TARGETS)} deliveries were known already\n"
        )


def _known_already(project: ComposeSystem) -> int:
    """How many envelopes the workers have been sent once more than they needed."""
    said = project.compose("logs", "--no-log-prefix", "--no-color", *KINDS["workers"])
    lines = [json.loads(line) for line in said.splitlines() if '"known already"' in line]
    return sum(line["envelopes"] for line in lines)


def test_down_and_up_keep_all_data(project: ComposeSystem, ledger: Ledger) -> None:
    """Though PostgreSQL takes half a minute to come: nothing gives up meanwhile."""
    ledger.run(2.0)
    ledger.settle(60)
    project.compose("down")
    with project.postgres_late(LATE_SECONDS):
        project.up()
    ledger.check()
