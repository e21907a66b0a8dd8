"""Everything here runs on Compose, whatever `--stack` says of the other tiers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.ledger import Ledger
from tests.fixtures.compose import ComposeSystem


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is about RabbitMQ runs where it is the broker."""
    about_rabbitmq = collection_path.name == "test_rabbitmq.py"
    return True if about_rabbitmq and config.getoption("broker") != "rabbitmq" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What leaves 40,000 events comes last: each check of a ledger reads whatever is there."""
    items.sort(key=lambda item: item.path.name == "test_scale.py")


@pytest.fixture(scope="session")
def system(project: ComposeSystem) -> ComposeSystem:
    """The one that a `firm` is founded on."""
    return project


@pytest.fixture
def ledger(project: ComposeSystem) -> Iterator[Ledger]:
    """A fresh workspace to write in."""
    with Ledger(project, seed=4) as ledger:
        yield ledger
