"""A restarted server is met by new connections, not by requests that fail, and what a failing
statement was given stays out of the log."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, DBAPIError

from shared.db.engine import engine_for
from shared.db.pipelining import pipelined
from tests.fixtures.databases import Databases

_END = """
    SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
    WHERE pid = ANY (%s)
"""
_WHO = text("SELECT pg_backend_pid()")
_WORDS = "said in confidence"
_DUPLICATE = """
    DO $$ BEGIN RAISE unique_violation
    USING MESSAGE = 'duplicate key', DETAIL = current_setting('tests.words'); END $$
"""


@pytest.fixture
def engine(databases: Databases) -> Engine:
    """An engine whose pool the tests leave several connections at rest in."""
    return engine_for(databases.settings, "metrics", "app")


def _use_at_once(engine: Engine, count: int) -> list[int]:
    connections = [engine.connect() for _ in range(count)]
    pids = [connection.scalar(_WHO) for connection in connections]
    for connection in connections:
        connection.close()
    return [pid for pid in pids if pid is not None]


def _end(databases: Databases, pids: list[int]) -> int:
    with psycopg.connect(databases.url("metrics"), autocommit=True) as connection:
        row = connection.execute(_END, [pids]).fetchone()
        assert row is not None
        return int(row[0])


def test_connections_that_the_server_closed_are_made_anew(
    engine: Engine, databases: Databases
) -> None:
    old = _use_at_once(engine, 3)
    assert _end(databases, old) == 3
    assert not set(old) & set(_use_at_once(engine, 3))


def test_connections_at_rest_are_kept(engine: Engine) -> None:
    assert set(_use_at_once(engine, 3)) == set(_use_at_once(engine, 3))


def test_a_server_that_went_without_a_farewell_is_noticed_in_ten_seconds(engine: Engine) -> None:
    """The kernel asks after it, even while nothing is sent: what it asks is all there is to see."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=os.dup(driver.fileno())) as way:
            asked = {
                name: way.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"))
                for name in ("KEEPIDLE", "KEEPINTVL", "KEEPCNT", "USER_TIMEOUT")
            }
            assert way.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert asked["KEEPIDLE"] + asked["KEEPINTVL"] * asked["KEEPCNT"] <= 10
    assert asked["USER_TIMEOUT"] <= 10_000


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT CAST(:words AS integer)", "invalid input syntax for type integer"),
        ("SELECT CAST(:words AS jsonb)", "invalid input syntax for type json"),
        # As of a constraint: the row at fault stands in the details.
        (_DUPLICATE, "duplicate key"),
    ],
)
@pytest.mark.parametrize("transaction", [Engine.begin, pipelined])
def test_an_error_says_what_went_wrong_and_not_with_which_values(
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    statement: str,
    said: str,
    transaction: Callable[[Engine], AbstractContextManager[Connection]],
) -> None:
    """Whether it is waited for or goes in a pipeline."""
    try:
        with transaction(engine) as connection:
            connection.execute(
                text("SELECT set_config('tests.words', :words, true)"), {"words": _WORDS}
            )
            connection.execute(text(statement), {"words": _WORDS} if ":words" in statement else {})
    except DBAPIError:
        logging.getLogger("tests.engine").exception("failed")
    assert said in caplog.text
    assert _WORDS not in caplog.text


def test_a_failing_statement_is_logged_without_what_it_was_given(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.connect() as connection:
        try:
            connection.execute(text("SELECT :words, 1 / 0"), {"words": _WORDS})
        except DataError:
            logging.getLogger("tests.engine").exception("failed")
    assert "division by zero" in caplog.text
    assert _WORDS not in caplog.text
