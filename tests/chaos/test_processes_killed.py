"""Processes killed at each hop of the path. Numbers are rows of the fault matrix."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import pytest

from tests.chaos.ledger import Ledger
from tests.fixtures.system import System


def _survive(ledger: Ledger, seconds: float = 60.0) -> None:
    ledger.stop()
    ledger.settle(seconds)
    ledger.check()


def test_01_api_killed_between_commit_and_answer(system: System, ledger: Ledger) -> None:
    """The retry with the same key finds the stored answer; there is one event."""
    ledger.start()
    for _ in range(3):
        system.arm("uow.after_commit")
        system.wait_fired("uow.after_commit")
    _survive(ledger)


def test_02_api_killed_before_commit(system: System, ledger: Ledger) -> None:
    """Nothing is written and no event exists; the retry carries it out."""
    ledger.start()
    for _ in range(3):
        system.arm("uow.before_commit")
        system.wait_fired("uow.before_commit")
    _survive(ledger)


@pytest.mark.parametrize(
    "failpoint", ["relay.after_publish", "relay.after_sequence", "relay.counter_locked"]
)
def test_03_04_relay_killed_on_its_way(system: System, ledger: Ledger, failpoint: str) -> None:
    """3: after publishing, before noting it. 4: between numbering and publishing."""
    ledger.start()
    for _ in range(2):
        system.arm(failpoint, "kill 3")
        system.wait_fired(failpoint)
    _survive(ledger)


def test_05_two_relays_send_at_once(system: System, ledger: Ledger) -> None:
    """The lease is taken from whoever holds it, again and again, so that both work."""
    ledger.start()
    with system.second("clients-relay"), system.connect("clients") as connection:
        for _ in range(40):
            connection.execute("UPDATE relay_state SET lease_owner = NULL, lease_until = NULL")
            time.sleep(0.1)  # A turn for whoever takes it.
    _survive(ledger)


def test_06_relay_paused_while_another_takes_over(system: System, ledger: Ledger) -> None:
    """The one that wakes up finishes what it had begun: duplicates and nothing else."""
    ledger.start()
    with system.second("clients-relay"):
        system.arm("relay.after_publish", "sleep 5")
        system.wait_fired("relay.after_publish")
        with system.frozen("clients-relay"):
            time.sleep(5)  # Longer than the lease: whichever is awake takes it.
        time.sleep(2)  # Whichever slept finishes what it had begun.
    _survive(ledger)


def test_07_worker_killed_in_the_window_where_redis_loses_the_message(
    system: System, ledger: Ledger
) -> None:
    """A stopped worker's outstanding BRPOP takes the message; the kill loses it."""
    ledger.run(1.0)
    with contextlib.ExitStack() as stack:
        for name in ("activity-worker", "metrics-worker"):
            stack.enter_context(system.frozen(name))
        ledger.run(1.0)
        time.sleep(0.5)  # The relay sends, and what the workers had asked for is handed out.
        for name in ("activity-worker", "metrics-worker"):
            _kill_all(system, name)
    _survive(ledger)


def _kill_all(system: System, name: str) -> None:
    old = system.pid(name)
    for pid in system.family(name):
        os.kill(pid, signal.SIGKILL)
    system.wait_restarted(name, old)


def test_08_worker_killed_while_it_works(system: System, ledger: Ledger) -> None:
    """Redelivery would take minutes; the pull takes seconds."""
    ledger.start()
    system.arm("activity.before_progress", "sleep 3")
    system.wait_fired("activity.before_progress")
    system.kill_and_wait("activity-worker")
    _survive(ledger)


@pytest.mark.parametrize("hop", ["before_progress", "after_ingest"])
@pytest.mark.parametrize("service", ["activity", "metrics"])
def test_09_pool_child_killed_while_it_works(
    system: System, ledger: Ledger, service: str, hop: str
) -> None:
    """Before the commit nothing has happened; after it, the second delivery changes nothing."""
    ledger.start()
    for _ in range(2):
        system.arm(f"{service}.{hop}")
        system.wait_fired(f"{service}.{hop}")
    _survive(ledger)


def test_23_an_envelope_that_kills_its_worker_ends_alone_in_the_dead_letters(
    system: System, ledger: Ledger
) -> None:
    """After three starts that never ended, the batch is taken apart."""
    ledger.run(1.0)
    ledger.settle()
    with system.connect("clients") as connection:
        row = connection.execute("SELECT last_pos + 3 FROM relay_state").fetchone()
    assert row is not None
    killer = f"metrics.envelope.{row[0]}"
    system.arm(killer, "kill-always")
    ledger.run(2.0)
    ledger.settle(90)
    system.disarm_all()
    done = system.cli("dead-letters", "list", "--json")
    assert "killed_worker" in done.stdout
    _replay_all(system, "metrics")
    ledger.check()


def _replay_all(system: System, service: str) -> None:
    with system.connect(service) as connection:
        rows = connection.execute("SELECT id FROM dead_letters WHERE state = 'parked'").fetchall()
    done = system.cli("dead-letters", "replay", "--service", service, *(str(r[0]) for r in rows))
    assert done.returncode == 0, done.stderr


def test_27_beat_twice_does_no_harm(system: System, ledger: Ledger) -> None:
    with system.second("beat"):
        ledger.run(3.0)
    _survive(ledger)
