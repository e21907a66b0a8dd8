"""Everything here runs on Compose, whatever `--stack` says of the other tiers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.chaos.ledger import Ledger
from tests.e2e.conftest import Firm
from tests.fixtures.compose import ComposeSystem


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is about RabbitMQ runs where it is the broker."""
    about_rabbitmq = collection_path.name == "test_rabbitmq.py"
    return True if about_rabbitmq and config.getoption("broker") != "rabbitmq" else None


@pytest.fixture
def firm(project: ComposeSystem) -> Iterator[Firm]:
    """A fresh workspace."""
    made = project.cli(
        "workspaces", "create", "Works", "--admin-email", f"{uuid.uuid4().hex}@example.com",
        "--admin-password", "a long password", "--json",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    founded = json.loads(made.stdout)
    headers = {"Authorization": f"Bearer {founded['token']}"}
    with httpx.Client(base_url=project.stack["api"], headers=headers, timeout=10) as http:
        yield Firm(project, founded["workspace"], http)


@pytest.fixture
def ledger(project: ComposeSystem) -> Ledger:
    """A fresh workspace to write in."""
    return Ledger(project, seed=4)
