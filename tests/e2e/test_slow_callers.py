"""Callers that send or read a byte now and then stop nobody else, and do not stay for ever."""

from __future__ import annotations

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from shared.process import hold_many_connections
from tests.fixtures.firm import Firm
from tests.fixtures.waiting import eventually

_SLOW = 500
_HONEST = 8
_CALLS = 6
#: How the connections of a kind begin, at a door of the API and at one of the pages.
_BEGINNINGS: dict[str, Callable[[str], bytes]] = {
    "a body that does not come": lambda path: (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000\r\n\r\n{".encode()
    ),
    "headers that do not come": lambda path: f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Slow: ".encode(),
    "nothing at all": lambda _path: b"",
    "nobody who reads": lambda _path: b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 5,
}
_TRICKLING = ("a body that does not come", "headers that do not come")


@pytest.fixture(params=["api", "web"])
def door(request: pytest.FixtureRequest, firm: Firm) -> tuple[str, str]:
    """An address, and a path there that takes a body and answers a GET."""
    hold_many_connections()
    path = {"api": "/v1/auth/token", "web": "/sign-in"}[request.param]
    return firm.system.stack[request.param], path


@contextlib.contextmanager
def _slow_callers(kind: str, door: tuple[str, str], count: int) -> Iterator[list[socket.socket]]:
    """Many connections of one kind, each kept alive by a byte now and then."""
    at, path = urlsplit(door[0]), door[1]
    done = threading.Event()
    with contextlib.ExitStack() as stack:
        stack.callback(done.set)
        sockets = []
        for _ in range(count):
            each = socket.create_connection((at.hostname, at.port), timeout=10)
            stack.callback(each.close)
            each.sendall(_BEGINNINGS[kind](path))
            sockets.append(each)
        if kind in _TRICKLING:
            threading.Thread(target=_trickle, args=(sockets, done), daemon=True).start()
        yield sockets


def _trickle(sockets: list[socket.socket], done: threading.Event) -> None:
    while not done.wait(1.0):
        for each in sockets:
            with contextlib.suppress(OSError):
                each.sendall(b" ")


@contextlib.contextmanager
def _signing_in(url: str) -> Iterator[None]:
    """Many who sign in at once, over and over, with a password that is not theirs."""
    done = threading.Event()
    body = {"email": "nobody@example.com", "password": "not the password"}
    with httpx.Client(timeout=30) as http, ThreadPoolExecutor(24) as threads:

        def sign_in() -> None:
            while not done.is_set():
                assert http.post(url, json=body).status_code in {401, 429}

        tries = [threads.submit(sign_in) for _ in range(24)]
        try:
            yield
        finally:
            done.set()
        for each in tries:
            each.result()


@pytest.mark.parametrize("kind", _BEGINNINGS)
def test_honest_callers_are_answered_beside_slow_ones(door: tuple[str, str], kind: str) -> None:
    with _slow_callers(kind, door, _SLOW):
        _answers_in_time("".join(door), kind)


def test_honest_callers_are_answered_beside_many_who_sign_in(firm: Firm) -> None:
    api = firm.system.stack["api"]
    with _signing_in(f"{api}/v1/auth/token"):
        _answers_in_time(f"{api}/v1/me", "those who sign in", firm.http.headers["Authorization"])


def _answers_in_time(url: str, kind: str, authorization: str = "") -> None:
    """Whether honest callers at once are all answered; tells how long they waited."""

    def call(_number: int) -> float:
        began = time.monotonic()
        # Whether they may or not, they are answered by the API itself.
        assert http.get(url).status_code in {200, 405}
        return time.monotonic() - began

    with httpx.Client(headers={"Authorization": authorization}, timeout=20) as http:
        with ThreadPoolExecutor(_HONEST) as threads:
            took = list(threads.map(call, range(_HONEST * _CALLS)))
        assert http.get(httpx.URL(url).copy_with(path="/healthz")).status_code == 200
    figures = statistics.quantiles(took, n=100)
    print(f"{url}, {kind}: p50 {figures[49]:.3f} s, p99 {figures[98]:.3f} s")  # noqa: T201  # For whoever reads the run.


def test_who_sends_no_request_is_let_go(door: tuple[str, str]) -> None:
    idle = _slow_callers("nothing at all", door, 3)
    with idle as silent, _slow_callers("headers that do not come", door, 3) as slow:
        eventually("all are let go", lambda: all(map(_is_over, [*silent, *slow])), 40)


def _is_over(each: socket.socket) -> bool:
    """Whether the other side has ended the connection, saying why or not."""
    each.settimeout(0.05)
    try:
        while each.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True
