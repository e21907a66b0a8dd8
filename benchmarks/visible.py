"""Time from the commit of a change to its row in the timeline, while little is going on.

Events are committed at random moments, some 25 a second, and a watcher looks for their rows
all the time. Ours are committed through the product's own unit of work, whose hint wakes the
relay; the naive pipeline's clock starts where its `.delay()` stands, right after a commit.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from celery import Celery

from benchmarks.mixture import ACTOR, CORRELATION, WorkspaceEvent, envelopes, events
from benchmarks.naive import running as naive
from benchmarks.naive.tasks import send
from benchmarks.results import Figure, interleaved, median, percentile
from benchmarks.stack import Stack, wait_until
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork

EVENTS_PER_SECOND = 25
# Looking more often would take the processor from what is looked at.
LOOK_EVERY_SECONDS = 0.0005
_SHARES = {"p50": 0.50, "p99": 0.99}


@dataclass(frozen=True)
class Scale:
    """How long each is watched, and how often."""

    rounds: int
    events: int


FULL = Scale(rounds=5, events=400)
QUICK = Scale(rounds=2, events=75)


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Ours and the naive pipeline, in turns."""
    scale = QUICK if quick else FULL
    times: dict[str, list[list[float]]] = {"ours": [], "naive": []}
    with naive.running(stack) as app:
        systems: dict[str, Callable[[int], list[float]]] = {
            "ours": lambda count: _ours(stack, count),
            "naive": lambda count: _naive(stack, app, count),
        }
        for watch in systems.values():
            watch(50)
        interleaved(
            {name: _noting(watch, times[name], scale.events) for name, watch in systems.items()},
            scale.rounds,
        )
    return [_figure(name, share, times) for name, share in _SHARES.items()]


def _noting(
    watch: Callable[[int], list[float]], rounds: list[list[float]], count: int
) -> Callable[[], float]:
    def once() -> float:
        rounds.append(watch(count))
        return percentile(rounds[-1], 0.5)

    return once


def _figure(name: str, share: float, times: dict[str, list[list[float]]]) -> Figure:
    """The middle round's percentile of each: one disturbed round does not decide a p99."""
    ours, reference = (
        median(percentile(of_a_round, share) for of_a_round in times[system])
        for system in ("ours", "naive")
    )
    bound = 2.5 if name == "p50" else None
    return Figure(f"visible_{name}_vs_naive", ours, reference, "ms", at_most=bound)


def _ours(stack: Stack, count: int) -> list[float]:
    runtime = Runtime("clients", stack.settings)
    told = iter(events(count))

    def commit(watcher: Watcher) -> None:
        _commit(runtime, next(told), watcher)

    with _watching(stack, "public.events") as watcher:
        return _at_light_load(watcher, commit, count)


def _commit(runtime: Runtime, told: WorkspaceEvent, watcher: Watcher) -> None:
    """One event in a transaction of its own; the clock starts when it is durable."""
    ids: list[str] = []

    def committed() -> None:
        watcher.expect(ids[0])
        runtime.nudge()

    origin = Origin(told.workspace_id, ACTOR, CORRELATION)
    with UnitOfWork(runtime.app_engine, origin, vault=runtime.vault, after_commit=committed) as uow:
        ids.append(str(uow.publish(told.event)))


def _naive(stack: Stack, app: Celery, count: int) -> list[float]:
    told = iter(envelopes(count))

    def deliver(watcher: Watcher) -> None:
        envelope = next(told)
        watcher.expect(envelope["id"])
        send(app, envelope)

    with _watching(stack, "naive.events") as watcher:
        return _at_light_load(watcher, deliver, count)


def _at_light_load(watcher: Watcher, commit: Callable[[Watcher], None], count: int) -> list[float]:
    """Milliseconds until each was visible."""
    chance = random.Random(count)
    for _ in range(count):
        time.sleep(chance.expovariate(EVENTS_PER_SECOND))
        commit(watcher)
    wait_until(lambda: len(watcher.seen) == count, 30.0)
    return [seconds * 1000 for seconds in watcher.seen]


@dataclass
class Watcher:
    """Looks for the rows of events that were committed, and notes how long each took."""

    connection: psycopg.Connection[tuple[str]]
    table: str
    seen: list[float] = field(default_factory=list)
    _expected: dict[str, float] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def expect(self, event_id: str) -> None:
        """The event is durable now."""
        self._expected[event_id] = time.perf_counter()

    def look(self) -> None:
        """Look until told to stop."""
        while not self._stopped.wait(LOOK_EVERY_SECONDS):
            for event_id in self._visible(list(self._expected)):
                self.seen.append(time.perf_counter() - self._expected.pop(event_id))

    def stop(self) -> None:
        """Enough."""
        self._stopped.set()

    def _visible(self, ids: Sequence[str]) -> list[str]:
        if not ids:
            return []
        statement = f"SELECT event_id::text FROM {self.table} WHERE event_id = ANY (%s::uuid[])"
        return [row[0] for row in self.connection.execute(statement.encode(), [ids])]


@contextmanager
def _watching(stack: Stack, table: str) -> Iterator[Watcher]:
    with psycopg.connect(
        stack.databases["activity"], autocommit=True, prepare_threshold=0
    ) as connection:
        watcher = Watcher(connection, table)
        thread = threading.Thread(target=watcher.look)
        thread.start()
        try:
            yield watcher
        finally:
            watcher.stop()
            thread.join()
