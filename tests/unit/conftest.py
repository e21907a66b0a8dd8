"""Unit tests are about rules: one that needs an engine or waits stands in the wrong tier."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

_ENGINES = {"engines", "stack", "system", "project"}
_FORBIDDEN = {
    "socket.connect": "opens a connection",
    "socket.bind": "listens",
    "socket.sendto": "sends a datagram",
    "subprocess.Popen": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.fork": "forks",
}


class _Guard:
    """Python tells its audit hooks of each of these; a hook cannot be taken away again."""

    def __init__(self) -> None:
        self.on = False
        sys.addaudithook(self.look)

    def look(self, event: str, _: tuple[Any, ...]) -> None:
        if self.on and event in _FORBIDDEN:
            _refuse(_FORBIDDEN[event])


def _refuse(deed: str) -> NoReturn:
    pytest.fail(f"A unit test {deed}. Move it to tests/integration.")


def _no_sleep(_seconds: float) -> NoReturn:
    _refuse("sleeps, which code that is given its clock need not do")


_GUARD = _Guard()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail with a sentence where a unit test asks for an engine."""
    asked = sorted(_ENGINES & set(getattr(item, "fixturenames", ())))
    if asked:
        _refuse(f"asks for {', '.join(asked)}")


@pytest.fixture(autouse=True)
def rules_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail with a sentence where a unit test connects, starts a process or sleeps."""
    monkeypatch.setattr(time, "sleep", _no_sleep)
    _GUARD.on = True
    yield
    _GUARD.on = False
