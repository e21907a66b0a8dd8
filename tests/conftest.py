"""The fixtures every tier may use; the folder of a test is its tier."""

from __future__ import annotations

import hypothesis
import pytest

# How long an example takes says something about the machine, and nothing about the code.
hypothesis.settings.register_profile(
    "clientele", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("clientele")

pytest_plugins = [
    "pytester",
    "tests.fixtures.flaky",
    "tests.fixtures.untold",
    "tests.fixtures.engines",
    "tests.fixtures.databases",
    "tests.fixtures.api",
    "tests.fixtures.clock",
    "tests.fixtures.inspection",
    "tests.fixtures.stack",
    "tests.fixtures.chromium",
    "tests.fixtures.system",
    "tests.fixtures.standby",
    "tests.fixtures.firm",
    "tests.fixtures.elsewhere",
    "tests.fixtures.subscriber",
    "tests.fixtures.compose_project",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--stack` says on which stack the tests of a whole system run, `--broker` on which broker."""
    parser.addoption("--stack", choices=("embedded", "compose"), default="embedded")
    parser.addoption("--broker", choices=("redis", "rabbitmq"), default="redis")
