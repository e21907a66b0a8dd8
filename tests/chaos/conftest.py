"""One system for all faults; after each, the ledger must still agree with everything."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.chaos.ledger import Ledger
from tests.fixtures.system import System


def pytest_configure() -> None:
    """Draw the seed before processes are started that are to have the same."""
    _seed()


def pytest_report_header() -> str:
    """The seed, so that a schedule that found something can be played again."""
    return f"chaos seed: {_seed()} (set CHAOS_SEED to repeat)"


def _seed() -> int:
    os.environ.setdefault("CHAOS_SEED", str(random.SystemRandom().randrange(10**6)))
    return int(os.environ["CHAOS_SEED"])


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of this run."""
    return _seed()


@pytest.fixture
def ledger(system: System, seed: int) -> Iterator[Ledger]:
    """A fresh workspace to write in; the system is whole again afterwards."""
    with Ledger(system, seed) as ledger:
        yield ledger
    system.disarm_all()
    system.broker.proxy.set_mode("open")
