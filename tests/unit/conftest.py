"""Unit tests are about rules: one that needs the network or waits stands in the wrong tier."""

from __future__ import annotations

import socket
import time
from typing import Any, NoReturn

import pytest


@pytest.fixture(autouse=True)
def forbid_network_and_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail with a sentence where a unit test connects, binds or sleeps."""

    def no_network(*_: Any, **__: Any) -> NoReturn:
        pytest.fail("A unit test opened a connection. Move it to tests/integration.")

    def no_sleep(_seconds: float) -> NoReturn:
        pytest.fail("A unit test sleeps. Give the code its clock, or move it to tests/integration.")

    for method in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, method, no_network)
    monkeypatch.setattr(time, "sleep", no_sleep)
