"""Callers that send or read a byte now and then stop nobody else."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.fixtures.firm import Firm

_SLOW = 300
_CALLS = 200

_BEGINNINGS = {
    "a body that does not come": b"POST /v1/auth/token HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    "headers that do not come": b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "nothing at all": b"",
    "nobody who reads": b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
}


@pytest.fixture(params=_BEGINNINGS)
def slow_callers(request: pytest.FixtureRequest, firm: Firm) -> Iterator[str]:
    """Many connections of one kind, each kept alive by a byte now and then."""
    at = urlsplit(firm.system.stack["api"])
    done = threading.Event()
    with contextlib.ExitStack() as stack:
        stack.callback(done.set)
        sockets = []
        for _ in range(_SLOW):
            each = socket.create_connection((at.hostname, at.port), timeout=10)
            stack.callback(each.close)
            each.sendall(_BEGINNINGS[request.param])
            sockets.append(each)
        if _BEGINNINGS[request.param] and request.param != "nobody who reads":
            threading.Thread(target=_trickle, args=(sockets, done), daemon=True).start()
        yield request.param


def _trickle(sockets: list[socket.socket], done: threading.Event) -> None:
    while not done.wait(1.0):
        for each in sockets:
            with contextlib.suppress(OSError):
                each.sendall(b" ")


def test_honest_callers_are_answered_beside_slow_ones(firm: Firm, slow_callers: str) -> None:
    took: list[float] = []
    for _ in range(_CALLS):
        began = time.monotonic()
        firm.get("/me")
        took.append(time.monotonic() - began)
    assert httpx.get(f"{firm.system.stack['api']}/healthz").status_code == 200
    figures = statistics.quantiles(took, n=100)
    print(f"{slow_callers}: p50 {figures[49]:.3f} s, p99 {figures[98]:.3f} s")  # noqa: T201  # For whoever reads the run.
    assert figures[98] < 5.0, "they waited for the slow ones"
