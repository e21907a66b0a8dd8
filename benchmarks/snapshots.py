"""What an idle look of the relay costs while a snapshot is held, as by a dump, and when it is not.

A log of its own, in a database of its own: a snapshot is taken, then a million events are
committed and numbered as a relay does it, some hundred at a time. The index of what is unnumbered
then holds a dead entry for each of them, which nobody may take away.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import psycopg
from sqlalchemy import Engine, NullPool, QueuePool, create_engine, text

from benchmarks.results import Figure, median
from benchmarks.stack import Stack
from shared.db.engine import role_url
from shared.db.migrate import migrate_database
from shared.messaging.celery_app import make_celery
from shared.messaging.publisher import Publisher
from shared.messaging.relay import SEQUENCE_ROWS, Relay, sequence

EVENTS, QUICK_EVENTS = 1_000_000, 20_000
LOOKS = 200
# Some five thousand events a second, at which a relay renews its lease each second.
_ROUNDS_OF_A_LEASE = 10
_LEASE_SECONDS = 3.0
_DATABASE, _SERVICE = "snapshots", "metrics"

_WRITE = text(
    """
    INSERT INTO event_log (event_id, workspace_id, type, subject, aggregate_version, actor,
                           correlation_id, data)
    SELECT gen_random_uuid(), gen_random_uuid(), 'metrics.client.erased.v1', 'client/1', 1, '{}',
           'benchmark', '{}' FROM generate_series(1, :many)
    """
)
_PAUSE = text("UPDATE relay_target SET paused = true")


def measure(stack: Stack, *, quick: bool) -> list[Figure]:
    """The same look at the same log, while the snapshot is held and once it is not."""
    with _log_of_its_own(stack) as (owner, pipe):
        relay = Relay(_SERVICE, pipe, Publisher(make_celery(_SERVICE, stack.settings)), "benchmark")
        relay.prepare()
        with pipe.begin() as connection:
            connection.execute(_PAUSE)
        with owner.execution_options(isolation_level="REPEATABLE READ").connect() as dump:
            dump.execute(text("SELECT count(*) FROM event_log"))
            _write(relay, pipe, QUICK_EVENTS if quick else EVENTS)
            held = _look(relay)
        with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        free = _look(relay)
    return [Figure("idle_look_held_vs_free", held, free, "ms", at_most=1.5)]


@contextlib.contextmanager
def _log_of_its_own(stack: Stack) -> Iterator[tuple[Engine, Engine]]:
    """Engines of the owner and of the pipe for a database that nothing else works on."""
    with psycopg.connect(stack.superuser, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {_DATABASE} OWNER {_SERVICE}_owner".encode())
        owner, pipe = (
            create_engine(
                role_url(stack.settings, _SERVICE, role).set(database=_DATABASE), poolclass=pool
            )
            for role, pool in (("owner", NullPool), ("pipe", QueuePool))
        )
        try:
            migrate_database(owner, _SERVICE)
            yield owner, pipe
        finally:
            owner.dispose()
            pipe.dispose()
            admin.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)".encode())


def _write(relay: Relay, pipe: Engine, events: int) -> None:
    for number in range(events // SEQUENCE_ROWS):
        with pipe.begin() as connection:
            connection.execute(_WRITE, {"many": SEQUENCE_ROWS})
        sequence(pipe)
        if number % _ROUNDS_OF_A_LEASE == 0:
            relay.hold_lease(_LEASE_SECONDS)
    for _ in range(3):
        relay.hold_lease(_LEASE_SECONDS)


def _look(relay: Relay) -> float:
    """Milliseconds of a round that finds nothing to do, the median."""
    taken = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        assert relay.make_round() == 0
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)
