"""Statements that go to the driver itself, several of them in one round trip.

A round trip costs more than the small statement it carries, as both processes are put to sleep
and woken; and SQLAlchemy's way of running a statement costs the caller as much again. What is
run for each event or each request is worth sparing both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Connection, Dialect, Engine, TextClause
from sqlalchemy.exc import DBAPIError

from shared.db.engine import autocommitting, say_no_values

#: A statement on its way; `fetchall` waits for its rows.
PipelineCursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

# To the server a pipeline is at work until its end: the limits of a statement and of an idle
# transaction do not end one whose client stands still or whose machine is gone, and its locks would
# be kept for as long. It is longer than a statement's limit, which says more of what went wrong.
UNFINISHED_SECONDS = 45
# Servers before have no such limit.
_LIMITS_SINCE = 170_000


class NotCommitted(Exception):
    """The transaction had failed before its end, so nothing of it was kept."""


@contextmanager
def pipelined(engine: Engine) -> Iterator[Connection]:
    """A transaction of its own: committed at the end of the block, rolled back on an error.

    Statements are carried out in order, but `execute` waits for none and has no result to give;
    `send` gives a result that waits when it is read, at the latest until the commit. An error
    is raised by a later statement or at the end of the block, as the class it would have had
    at its own; `NotCommitted` where the server tells of none and has kept nothing all the same.
    One that takes longer than `UNFINISHED_SECONDS` is ended by the server.
    """
    with autocommitting(engine).connect() as connection, _pipeline(connection) as (driver, _):
        driver.execute("BEGIN")
        _limit(driver)
        yield connection
        committed = driver.execute("COMMIT")
    _require_committed(committed)


@contextmanager
def committing(connection: Connection) -> Iterator[psycopg.Pipeline]:
    """The end of a transaction: what is sent in the block shares the round trip of its COMMIT."""
    with _pipeline(connection) as (driver, pipeline):
        _limit(driver)
        yield pipeline
        committed = driver.execute("COMMIT")
    _require_committed(committed)


def _limit(driver: psycopg.Connection[tuple[Any, ...]]) -> None:
    if driver.pgconn.server_version >= _LIMITS_SINCE:
        driver.execute(f"SET LOCAL transaction_timeout = '{UNFINISHED_SECONDS}s'")


def commit(connection: Connection) -> None:
    """The end of a transaction that has nothing left to send: a pipeline would cost more."""
    with as_driver(connection) as driver:
        committed = driver.execute("COMMIT")
    _require_committed(committed)


def _require_committed(answer: PipelineCursor) -> None:
    """To the COMMIT of a transaction that has failed PostgreSQL answers ROLLBACK, and no error."""
    if answer.statusmessage != "COMMIT":
        raise NotCommitted(f"the server answered COMMIT with {answer.statusmessage}")


@contextmanager
def as_driver(connection: Connection) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The connection without SQLAlchemy in between, raising the errors that it would raise."""
    driver = _driver(connection)
    try:
        yield driver
    except psycopg.Error as error:
        if driver.closed:
            # SQLAlchemy forgets all connections to a server only if it sees one fail itself.
            connection.exec_driver_sql("SELECT")
        say_no_values(error)
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


@contextmanager
def _pipeline(
    connection: Connection,
) -> Iterator[tuple[psycopg.Connection[tuple[Any, ...]], psycopg.Pipeline]]:
    with as_driver(connection) as driver, driver.pipeline() as pipeline:
        yield driver, pipeline


def send(
    connection: Connection, statement: TextClause, parameters: Mapping[str, Any] | None = None
) -> PipelineCursor:
    """Send a statement in a pipelined transaction; reading its rows waits for all before it.

    They can be read after the commit as well.
    """
    return _driver(connection).execute(_compiled(statement, connection.dialect), parameters)


def fetch(
    connection: Connection, statement: TextClause, parameters: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows of a statement that is run too often to pay for SQLAlchemy's way of running it.

    Values travel as the driver makes them of Python's types; JSON is sent as text.
    """
    with as_driver(connection) as driver:
        return driver.execute(_compiled(statement, connection.dialect), parameters).fetchall()


@lru_cache(maxsize=1024)
def _compiled(statement: TextClause, dialect: Dialect) -> bytes:
    return str(statement.compile(dialect=dialect)).encode()


def _driver(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    found = connection.connection.driver_connection
    assert isinstance(found, psycopg.Connection)
    return found
