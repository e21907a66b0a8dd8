"""Readers of streams that cost little: raw sockets in one process of their own.

`python -m benchmarks.listeners` is told what to read as JSON on stdin, says `ready` once every
stream has begun, reads until each has been told all, and answers with JSON on stdout. A reader
notes how late each event comes by the time that stands in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache, partial

import orjson

from benchmarks.results import percentile

# An envelope's own time: what stands in its data has a blank after the colon.
_TIME = re.compile(rb'"time":"([^"]+)"')
_LONGEST = 64
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Listening:
    """So many streams, by these tokens in turns, each of which is told so many events."""

    port: int
    tokens: list[str]
    streams: int
    events: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """How late events came, in milliseconds, and how many did not come at all."""

    p50: float
    p99: float
    missing: int


@contextmanager
def listening(wanted: Listening) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has begun to listen; `outcome` waits for what it has heard."""
    command = [sys.executable, "-m", "benchmarks.listeners"]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert started.stdin is not None
        assert started.stdout is not None
        started.stdin.write(orjson.dumps(asdict(wanted)))
        started.stdin.close()
        if started.stdout.readline() != b"ready\n":
            raise SystemExit("the streams did not begin")
        yield started
    finally:
        started.kill()
        started.wait()


def outcome(started: subprocess.Popen[bytes]) -> Outcome:
    """What a process has heard, once it has heard all or waited long enough."""
    assert started.stdout is not None
    return Outcome(**orjson.loads(started.stdout.read()))


class Listener(asyncio.Protocol):
    """One stream."""

    def __init__(self, request: bytes, events: int, heard: array[float]) -> None:
        self._request = request
        self._left = events
        self._heard = heard
        self._rest = b""
        self.begun = asyncio.Event()
        self.told = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for it."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note how late each event is whose time has come as a whole."""
        if not self.begun.is_set():
            if not data.startswith(b"HTTP/1.1 200"):
                raise SystemExit(data.decode())
            self.begun.set()
        moment, data, end = time.time(), self._rest + data, 0
        for found in _TIME.finditer(data):
            self._heard.append(moment - _seconds(found[1]))
            self._left -= 1
            end = found.end()
        if self._left <= 0:
            self.told.set()
        self._rest = data[max(end, len(data) - _LONGEST) :]


@lru_cache(maxsize=1024)
def _seconds(moment: bytes) -> float:
    return datetime.fromisoformat(moment.decode()).timestamp()


async def _listen(wanted: Listening) -> Outcome:
    heard = array("d")
    listeners = [await _begin(wanted, number, heard) for number in range(wanted.streams)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    everything = asyncio.gather(*(each.told.wait() for each in listeners))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(everything, wanted.seconds + _PATIENCE_SECONDS)
    late = [seconds * 1000 for seconds in heard]
    missing = wanted.events * wanted.streams - len(late)
    return Outcome(percentile(late, 0.5), percentile(late, 0.99), missing)


async def _begin(wanted: Listening, number: int, heard: array[float]) -> Listener:
    token = wanted.tokens[number % len(wanted.tokens)]
    head = f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    make = partial(Listener, head.encode(), wanted.events, heard)
    loop = asyncio.get_running_loop()
    _, listener = await loop.create_connection(make, "127.0.0.1", wanted.port)
    # One after another: the opening of them all at once is not what is measured.
    await listener.begun.wait()
    return listener


if __name__ == "__main__":
    found = asyncio.run(_listen(Listening(**orjson.loads(sys.stdin.buffer.read()))))
    sys.stdout.buffer.write(orjson.dumps(asdict(found)))
