"""Events per second, from the commit to applied in both the timeline and the numbers.

Ours: a backlog is committed at once; the clock runs from that commit until both consumers
have applied the last of it. All in between is the real thing: relay, broker, workers, as
`clientele up` started them. The third consumer is held still meanwhile: neither the naive
pipeline nor the floor serves a third one either.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg

from benchmarks.floor import rows
from benchmarks.mixture import ACTOR, CORRELATION, WorkspaceEvent, envelopes, events
from benchmarks.naive import running as naive
from benchmarks.results import Figure, interleaved, median
from benchmarks.stack import Stack, wait_until
from shared.ids import uuid7
from shared.messaging.topology import SERVICES

MEASURED = ("activity", "metrics")

_INSERT = """
INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, aggregate_version,
                       actor, correlation_id, data)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_HEAD = "SELECT last_pos FROM relay_state"
_PAUSE = "UPDATE relay_target SET paused = target <> ALL (%s)"
_PROGRESS = "SELECT contiguous_pos FROM consumer_progress WHERE source = '/clients'"


@dataclass(frozen=True)
class Scale:
    """How much is sent, and how often."""

    rounds: int
    backlog: int
    naive_events: int


FULL = Scale(rounds=5, backlog=15_000, naive_events=2_000)
QUICK = Scale(rounds=2, backlog=4_000, naive_events=500)


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """Ours, the naive pipeline and the floor, in turns."""
    scale = QUICK if quick else FULL
    with naive.running(stack) as app, only_measured(stack):
        naive.events_per_second(stack, app, 200)
        events_per_second(stack, 2_000)
        found = interleaved(
            {
                "ours": lambda: events_per_second(stack, scale.backlog),
                "naive": lambda: naive.events_per_second(stack, app, scale.naive_events),
                "floor": lambda: floor_rows_per_second(stack, scale.backlog),
            },
            scale.rounds,
        )
    ours, naive_rate, floor = (median(found[name]) for name in ("ours", "naive", "floor"))
    return [
        Figure("pipeline_vs_naive", ours, naive_rate, "events/s", at_least=12),
        Figure("pipeline_vs_floor", ours, floor, "events/s", at_least=0.35),
    ]


@contextlib.contextmanager
def only_measured(stack: Stack) -> Iterator[None]:
    """Hold the third consumer still until the block ends: it is sent nothing and pulls nothing."""
    pulling = stack.processes["documents-relay"]
    with psycopg.connect(stack.databases["clients"], autocommit=True) as relay:
        relay.execute(_PAUSE, [list(MEASURED)])
        os.kill(pulling, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pulling, signal.SIGCONT)
            relay.execute(_PAUSE, [list(SERVICES)])


def events_per_second(stack: Stack, count: int) -> float:
    """A committed backlog, until the last of it is applied in both measured services."""
    told = events(count)
    with contextlib.ExitStack() as open_:
        log = open_.enter_context(psycopg.connect(stack.databases["clients"]))
        consumers = [
            open_.enter_context(psycopg.connect(stack.databases[name], autocommit=True))
            for name in MEASURED
        ]
        head = _one(log, _HEAD) + count
        _insert(log, told)
        log.commit()
        start = time.perf_counter()
        _nudge(stack)
        wait_until(lambda: all(_one(each, _PROGRESS) >= head for each in consumers), 120)
        return count / (time.perf_counter() - start)


def floor_rows_per_second(stack: Stack, count: int) -> float:
    """The same rows, written straight into both databases."""
    rows.make_empty_tables(stack.databases)
    told = envelopes(count)
    start = time.perf_counter()
    rows.write_all(stack.databases, told)
    return count / (time.perf_counter() - start)


def _insert(log: psycopg.Connection[Any], told: Sequence[WorkspaceEvent]) -> None:
    with log.cursor() as cursor:
        cursor.executemany(_INSERT, _log_rows(told))


def _log_rows(told: Sequence[WorkspaceEvent]) -> Iterator[tuple[Any, ...]]:
    actor = orjson.dumps(ACTOR.as_dict()).decode()
    for one in told:
        event = one.event
        yield (
            uuid7(),
            one.workspace_id,
            event.client_id,
            event.type,
            event.subject,
            event.aggregate_version,
            actor,
            CORRELATION,
            orjson.dumps(event.data).decode(),
        )


def _nudge(stack: Stack) -> None:
    """What every API process does after a commit."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hint:
        hint.sendto(b"", stack.settings.nudge_address("clients"))


def _one(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return 0 if row is None else int(row[0])
