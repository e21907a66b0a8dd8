"""Faults in a random order with random pauses; the seed is printed.

`make test` plays a short schedule, `make chaos` a long one (`CHAOS_SECONDS`).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable

from tests.chaos.ledger import Ledger
from tests.fixtures.system import System

SECONDS = float(os.environ.get("CHAOS_SECONDS", "20"))
_KILLABLE = (
    "clients-api", "clients-relay", "activity-worker", "activity-relay", "metrics-worker",
    "metrics-relay", "documents-worker", "activity-api", "metrics-api", "beat",
)  # fmt: skip

Fault = Callable[[System, random.Random], None]


def _kill(system: System, dice: random.Random) -> None:
    system.kill_and_wait(dice.choice(_KILLABLE))


def _pause(system: System, dice: random.Random) -> None:
    with system.frozen(dice.choice(_KILLABLE)):
        time.sleep(dice.uniform(0.5, 3))  # Each fault lasts as long as chance has it.


def _empty_redis(system: System, dice: random.Random) -> None:
    system.broker.direct.flushall()


def _restart_redis(system: System, dice: random.Random) -> None:
    system.broker.kill()
    time.sleep(dice.uniform(0.1, 2))
    system.broker.restart()


def _freeze_redis(system: System, dice: random.Random) -> None:
    system.broker.freeze()
    time.sleep(dice.uniform(0.5, 4))
    system.broker.thaw()


def _cut_redis(system: System, dice: random.Random) -> None:
    system.broker.proxy.cut()


def _kill_postgres(system: System, dice: random.Random) -> None:
    system.kill_and_wait("postgres")


_FAULTS: tuple[Fault, ...] = (
    _kill, _kill, _kill, _pause, _empty_redis, _restart_redis, _freeze_redis, _cut_redis,
    _kill_postgres,
)  # fmt: skip


def test_any_order_of_faults_ends_in_agreement(system: System, ledger: Ledger, seed: int) -> None:
    dice = random.Random(seed)
    played = []
    ledger.start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        fault = dice.choice(_FAULTS)
        played.append(fault.__name__.lstrip("_"))
        fault(system, dice)
        time.sleep(dice.uniform(0.2, 1.5))  # When the next one comes is chance too.
    ledger.stop()
    try:
        ledger.settle(90)
        ledger.check()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, played {played}: {error}") from error
