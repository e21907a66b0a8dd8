"""The naive pipeline as a running system."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import psycopg
from celery import Celery

from benchmarks.mixture import envelopes
from benchmarks.naive.tables import make_empty_tables
from benchmarks.naive.tasks import SERVICES, make_app, send
from benchmarks.stack import Stack, process, wait_until

_COUNTS = {
    "activity": "SELECT count(*) FROM naive.events",
    "metrics": "SELECT count(*) FROM naive.counted",
}


@contextlib.contextmanager
def running(stack: Stack) -> Iterator[Celery]:
    """Its workers run until the block ends; yields the app to send with."""
    make_empty_tables(stack.databases)
    databases = orjson.dumps(stack.databases).decode()
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        for name in SERVICES:
            command = ["-m", "benchmarks.naive.worker", name, databases, str(folder / name)]
            held.enter_context(process([sys.executable, *command], (folder / name).exists))
        yield make_app(stack.settings, stack.databases)


def events_per_second(stack: Stack, app: Celery, count: int) -> float:
    """From the first `.delay()` after the commit until both tables have every row."""
    make_empty_tables(stack.databases)
    told = envelopes(count)
    with _counting(stack, count) as all_arrived:
        start = time.perf_counter()
        for envelope in told:
            send(app, envelope)
        wait_until(all_arrived, 120.0)
        return count / (time.perf_counter() - start)


@contextlib.contextmanager
def _counting(stack: Stack, count: int) -> Iterator[Callable[[], bool]]:
    with contextlib.ExitStack() as open_:
        connections = {
            name: open_.enter_context(psycopg.connect(stack.databases[name], autocommit=True))
            for name in _COUNTS
        }

        def all_arrived() -> bool:
            rows = (connections[name].execute(_COUNTS[name]).fetchone() for name in _COUNTS)
            return all(row is not None and row[0] >= count for row in rows)

        yield all_arrived
