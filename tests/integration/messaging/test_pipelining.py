"""Statements that share a round trip are carried out in order, and fail as they would alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DataError, OperationalError

from shared.db import pipelining
from shared.db.engine import autocommitting
from shared.db.pipelining import NotCommitted, commit, committing, pipelined, send
from shared.runtime import Runtime
from tests.fixtures.waiting import eventually

Statement = tuple[TextClause, dict[str, Any]]

ADD = text("INSERT INTO ingest_attempts VALUES ('/test', :pos, 1, 1)")
WRONG = text("SELECT CAST(:word AS int)")
SEEN = text("SELECT array_agg(pos ORDER BY pos) FROM ingest_attempts")
LOCK = text("LOCK TABLE ingest_attempts")
LOCKED = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = CAST('ingest_attempts' AS regclass) "
    "AND mode = 'AccessExclusiveLock')"
)
DIE = text("SELECT pg_terminate_backend(pg_backend_pid())")


def _seen(runtime: Runtime) -> list[int] | None:
    with runtime.pipe_engine.connect() as connection:
        found: list[int] | None = connection.scalar(SEEN)
        return found


def test_pipelined_statements_are_carried_out_in_order(activity: Runtime) -> None:
    with pipelined(activity.pipe_engine) as connection:
        for pos in range(1, 30):
            connection.execute(ADD, {"pos": pos})
        connection.execute(text("DELETE FROM ingest_attempts WHERE pos > 3"))
        assert send(connection, SEEN).fetchall() == [([1, 2, 3],)]
        connection.execute(ADD, {"pos": 4})
    assert _seen(activity) == [1, 2, 3, 4]


def test_leaving_a_pipeline_by_an_error_of_our_own_undoes_everything(activity: Runtime) -> None:
    def fail() -> None:
        with pipelined(activity.pipe_engine) as connection:
            connection.execute(ADD, {"pos": 1})
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert _seen(activity) is None


def _carry_out(runtime: Runtime, statements: Sequence[Statement]) -> None:
    with pipelined(runtime.pipe_engine) as connection:
        for statement, parameters in statements:
            connection.execute(statement, parameters)


@pytest.mark.parametrize("after", [0, 5])
def test_an_error_in_a_pipeline_keeps_its_class_and_undoes_everything(
    activity: Runtime, after: int
) -> None:
    later: list[Statement] = [(ADD, {"pos": pos + 2}) for pos in range(after)]
    with pytest.raises(DataError):
        _carry_out(activity, [(ADD, {"pos": 1}), (WRONG, {"word": "seven"}), *later])
    assert _seen(activity) is None


def test_a_transaction_that_failed_unnoticed_is_not_taken_for_committed(activity: Runtime) -> None:
    """The server says ROLLBACK to its COMMIT, and no error."""

    def fail_unnoticed() -> None:
        with autocommitting(activity.pipe_engine).connect() as connection:
            for statement in ("BEGIN", "SELECT 1/0"):
                with contextlib.suppress(DataError):
                    connection.exec_driver_sql(statement)
            commit(connection)

    with pytest.raises(NotCommitted, match="ROLLBACK"):
        fail_unnoticed()


def test_a_connection_lost_in_a_pipeline_is_an_infrastructure_error(activity: Runtime) -> None:
    with pytest.raises(OperationalError):
        _carry_out(activity, [(ADD, {"pos": 1}), (DIE, {})])
    assert _seen(activity) is None


def _is_locked(runtime: Runtime) -> bool:
    with runtime.app_engine.connect() as connection:
        return bool(connection.scalar(LOCKED))


@contextlib.contextmanager
def _committing(engine: Engine) -> Iterator[Connection]:
    with autocommitting(engine).connect() as connection:
        connection.exec_driver_sql("BEGIN")
        with committing(connection):
            yield connection


@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize("transaction", [pipelined, _committing])
def test_who_stands_still_in_a_pipeline_keeps_its_locks_for_so_long_and_no_longer(
    activity: Runtime,
    monkeypatch: pytest.MonkeyPatch,
    transaction: Callable[[Engine], AbstractContextManager[Connection]],
    is_read: bool,
) -> None:
    """The server takes it for busy: no other limit would end it."""
    monkeypatch.setattr(pipelining, "UNFINISHED_SECONDS", 1)

    def stand_still() -> None:
        with transaction(activity.pipe_engine) as connection:
            send(connection, LOCK)
            if is_read:
                send(connection, SEEN).fetchall()
            eventually("the lock is taken", lambda: _is_locked(activity))
            eventually("the lock is free", lambda: not _is_locked(activity))

    with pytest.raises(OperationalError):
        stand_still()
