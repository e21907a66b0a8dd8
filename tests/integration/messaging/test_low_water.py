"""The low-water mark: looks stay as short as they are, and nothing is ever passed by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

from shared.db.engine import engine_for
from shared.messaging.lag import measure_lag
from shared.messaging.low_water import raise_low_water
from shared.messaging.outbox import append, prepare
from shared.messaging.relay import sequence
from shared.messaging.standing import standing
from shared.runtime import Runtime
from tests.factories.events import note, origin, publish
from tests.fixtures.databases import Databases
from tests.fixtures.statements import blocks_touched, noted_calls, noted_statements

MANY = 3000
# Without the mark each of the many is visited, and they lie on some 80 blocks.
MOST_BLOCKS = 30

_WRITE_MANY = text(
    """
    INSERT INTO event_log (event_id, workspace_id, type, subject, aggregate_version, actor,
                           correlation_id, data)
    SELECT gen_random_uuid(), gen_random_uuid(), 'clients.api_key.revoked.v1', 'api_key/1', n, '{}',
           'test', '{}'
    FROM generate_series(1, :many) AS n
    """
)
_MAKE_MANY_ROUNDS = text(
    f"""
    DO $$ BEGIN FOR round IN 1..{MANY} LOOP
        UPDATE relay_state SET lease_until = clock_timestamp() WHERE k = 1;
    END LOOP; END $$
    """
)


def _raise(runtime: Runtime, times: int = 3) -> int:
    """As a relay does once a second; returns the mark."""
    for _ in range(times):
        with runtime.pipe_engine.begin() as connection:
            raise_low_water(connection)
    with runtime.pipe_engine.connect() as connection:
        return int(connection.scalar(text("SELECT low_water_id FROM relay_state")) or 0)


def _newest(runtime: Runtime) -> int:
    with runtime.pipe_engine.connect() as connection:
        return int(connection.scalar(text("SELECT max(id) FROM event_log")) or 0)


def _number_all(runtime: Runtime) -> None:
    while sequence(runtime.pipe_engine):
        pass


def _blocks(connection: Connection, statement: str) -> int:
    """How many blocks a statement touches, those of the tables it looks into included."""
    explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
    plan: dict[str, Any] = explained.scalar_one()[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_an_idle_look_touches_as_little_while_a_snapshot_is_held(clients: Runtime) -> None:
    with _held_snapshot(clients):
        _write_many(clients)
        assert _blocks_of_a_look(clients) < MOST_BLOCKS


def test_a_look_finds_the_newest_state_first_while_a_snapshot_is_held(clients: Runtime) -> None:
    """The row is changed by each round, and a version of it stays for each."""
    _write_many(clients)
    with _held_snapshot(clients):
        with engine_for(clients.settings, "clients", "owner").begin() as connection:
            connection.execute(_MAKE_MANY_ROUNDS)
            connection.execute(text("ANALYZE relay_state"))
        assert _blocks_of_a_look(clients) < MOST_BLOCKS


def test_counting_what_is_new_touches_as_little_whatever_statistics_say(
    clients: Runtime, databases: Databases
) -> None:
    """As `clientele lag` and the page of the installation do."""
    _write_many(clients)
    publish(clients, origin(), [note(), note()])
    with noted_calls() as calls:
        lag = measure_lag(lambda name: Runtime(name, clients.settings).pipe_engine)[0]
        with clients.pipe_engine.connect() as connection:
            stands = standing(connection)
    assert (lag.unsequenced, stands["unsequenced"]) == (2, 2)
    counts = {call.query: call for call in calls if "unsequenced" in call.query}
    assert len(counts) == 2
    with psycopg.connect(databases.url("clients")) as connection:
        for call in counts.values():
            assert blocks_touched(connection, call) < MOST_BLOCKS, call.query


def _write_many(runtime: Runtime) -> None:
    with engine_for(runtime.settings, runtime.service, "owner").begin() as connection:
        connection.execute(_WRITE_MANY, {"many": MANY})
        # Now it is known that whatever is looked at has no position, which is soon untrue.
        connection.execute(text("ANALYZE event_log"))
    _number_all(runtime)
    _raise(runtime)


@contextmanager
def _held_snapshot(runtime: Runtime) -> Iterator[None]:
    owner = engine_for(runtime.settings, runtime.service, "owner")
    with owner.execution_options(isolation_level="REPEATABLE READ").connect() as dump:
        dump.execute(text("SELECT count(*) FROM event_log"))
        yield


def _blocks_of_a_look(runtime: Runtime) -> int:
    with noted_statements() as said:
        assert sequence(runtime.pipe_engine) == 0
    with runtime.pipe_engine.connect() as connection:
        return _blocks(connection, str(said[0]))


def test_what_is_drawn_first_and_committed_last_is_numbered(clients: Runtime) -> None:
    """Whoever raises the mark meanwhile, however often."""
    with clients.pipe_engine.begin() as slow:
        append(slow, origin(), [prepare(note())])
        publish(clients, origin(), [note(), note()])
        _number_all(clients)
        assert _raise(clients) < _newest(clients)
    assert sequence(clients.pipe_engine) == 1
    assert _raise(clients) == _newest(clients)


@pytest.mark.parametrize("raised", [0, 1, 2, 3])
def test_what_is_written_while_the_mark_is_raised_is_numbered(
    clients: Runtime, raised: int
) -> None:
    publish(clients, origin(), [note(), note()])
    _number_all(clients)
    _raise(clients, raised)
    publish(clients, origin(), [note(), note()])
    _raise(clients)
    assert measure_lag(lambda name: Runtime(name, clients.settings).pipe_engine)[0].unsequenced == 2
    assert sequence(clients.pipe_engine) == 2
    assert _raise(clients) == _newest(clients)


def test_an_open_transaction_that_writes_no_event_holds_no_mark_back(clients: Runtime) -> None:
    with clients.pipe_engine.begin() as other:
        other.execute(text("SELECT txid_current()"))
        publish(clients, origin(), [note()])
        _number_all(clients)
        assert _raise(clients) == _newest(clients)
