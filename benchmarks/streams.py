"""Streams of the feed: how late 500 readers are told of 50 events a second, against one reader.

Both read through the public address. An event is late from the moment that stands in it, taken
in the transaction that wrote it, until its bytes have come: the whole pipeline is in between.
Told beside it are the memory of the two APIs that hold the streams, and what a small call to
the API takes meanwhile.
"""

from __future__ import annotations

import itertools
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from benchmarks.listeners import Listening, Outcome, listening, outcome
from benchmarks.mixture import ACTOR, CORRELATION, events
from benchmarks.results import Figure, median
from benchmarks.stack import Stack, new_workspace
from shared.messaging.outbox import Origin
from shared.runtime import Runtime

EVENTS_PER_SECOND = 50
KEYS = 10
#: Between two calls to the API, in events.
_CALL_EVERY = 10
_APIS = ("clients-api", "activity-api")


@dataclass(frozen=True)
class Scale:
    """How many read, and how many events they are told."""

    streams: int
    events: int


FULL = Scale(streams=500, events=3_000)
QUICK = Scale(streams=50, events=250)


@dataclass(frozen=True)
class Measured:
    """What came of one run: lateness, memory at the most, and milliseconds of a small call."""

    late: Outcome
    mebibytes: float
    call: float


@dataclass(frozen=True)
class Office:
    """A workspace whose events are told, and the keys of those that listen."""

    stack: Stack
    http: httpx.Client
    workspace: uuid.UUID
    tokens: list[str]

    def run(self, streams: int, count: int) -> Measured:
        """Tell so many events to so many readers."""
        port = urlsplit(self.stack.api).port or 80
        wanted = Listening(port, self.tokens, streams, count, count / EVENTS_PER_SECOND)
        with listening(wanted) as process:
            calls = self._tell(count)
            memory = _mebibytes(self.stack)
            late = outcome(process)
        if late.missing:
            raise SystemExit(f"{late.missing} events were not told")
        return Measured(late, memory, median(calls))

    def _tell(self, count: int) -> list[float]:
        """Commit events at an even pace, and call the API now and then."""
        runtime, calls = Runtime("clients", self.stack.settings), []
        begun, origin = time.monotonic(), Origin(self.workspace, ACTOR, CORRELATION)
        for number, told in zip(itertools.count(), events(count)):
            time.sleep(max(0.0, begun + number / EVENTS_PER_SECOND - time.monotonic()))
            with runtime.unit_of_work(origin) as uow:
                uow.publish(told.event)
            if number % _CALL_EVERY == 0:
                calls.append(self._call())
        return calls

    def _call(self) -> float:
        begun = time.perf_counter()
        self.http.get("/v1/me").raise_for_status()
        return (time.perf_counter() - begun) * 1000


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """One reader, then all of them."""
    scale = QUICK if quick else FULL
    headers = {"Authorization": f"Bearer {new_workspace()}"}
    with httpx.Client(base_url=stack.api, headers=headers, trust_env=False) as http:
        office = _office(stack, http)
        office.run(1, 50)
        one = office.run(1, scale.events)
        many = office.run(scale.streams, scale.events)
    return [
        Figure("streams_p50_500_vs_1", many.late.p50, one.late.p50, "ms"),
        Figure("streams_p99_500_vs_1", many.late.p99, one.late.p99, "ms"),
        Figure("streams_memory_500_vs_1", many.mebibytes, one.mebibytes, "MiB"),
        Figure("streams_call_500_vs_1", many.call, one.call, "ms"),
    ]


def _office(stack: Stack, http: httpx.Client) -> Office:
    me = http.get("/v1/me").raise_for_status().json()
    made = [_key(http, me["permissions"]) for _ in range(KEYS)]
    return Office(stack, http, uuid.UUID(me["workspace"]["id"]), made)


def _key(http: httpx.Client, permissions: list[str]) -> str:
    body: dict[str, Any] = {"name": "Listener", "permissions": permissions}
    return str(http.post("/v1/api-keys", json=body).raise_for_status().json()["token"])


def _mebibytes(stack: Stack) -> float:
    """What the APIs that hold the streams take, with their workers."""
    held = 0
    for name in _APIS:
        first = psutil.Process(stack.processes[name])
        each = [first, *first.children(recursive=True)]
        held += sum(process.memory_full_info().pss for process in each)
    return held / 2**20
