"""Steps of a migration that keep nobody waiting, however much a table holds.

What works on many rows commits what came before it and then itself, portion by portion, and holds
no lock that a request would wait for. A revision that breaks off after such a step begins anew, so
what it has done by then is to do no harm a second time.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import Connection, text

#: So many rows are changed in one transaction: their locks are held for some milliseconds.
BATCH_ROWS = 1000

_IS_INVALID = text(
    "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid)"
)


@contextmanager
def apart() -> Iterator[Connection]:
    """Outside of any transaction: each statement commits by itself.

    It may wait for whoever works on the table for as long as that takes: nobody waits behind it.
    """
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        patience = connection.scalar(text("SHOW lock_timeout"))
        connection.execute(text("SET lock_timeout = 0"))
        yield connection
        connection.execute(text(f"SET lock_timeout = '{patience}'"))


def build_index(name: str, on: str, *, unique: bool = False) -> None:
    """Build an index while its table is read and written; `on` is what follows ON.

    One that is there already stays, and what a build that was killed has left is built anew.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    with apart() as connection:
        if connection.scalar(_IS_INVALID, {"name": name}):
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
        connection.exec_driver_sql(f"CREATE {kind} CONCURRENTLY IF NOT EXISTS {name} ON {on}")


def replace_index(name: str, on: str) -> None:
    """Build another index, and give it the name of the one that is there and used until then."""
    build_index(f"{name}_next", on)
    op.execute(f"DROP INDEX {name}")
    op.execute(f"ALTER INDEX {name}_next RENAME TO {name}")


def check(table: str, name: str, condition: str) -> None:
    """Hold new rows of a table against a condition in place of the one of that name, if there is
    any, and then those that there are."""
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
    with apart() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def portions(table: str, key: str = "id") -> Iterator[tuple[Connection, list[uuid.UUID]]]:
    """The keys of all rows of a table, some at a time, each time with a connection to change what
    belongs to them; that is committed at once."""
    following = text(
        f"SELECT {key} FROM {table} WHERE {key} > :after ORDER BY {key} LIMIT {BATCH_ROWS}"
    )
    after = uuid.UUID(int=0)
    with apart() as connection:
        while keys := list(connection.scalars(following, {"after": after})):
            yield connection, keys
            after = keys[-1]


def in_portions(table: str, statement: str, key: str = "id") -> None:
    """Run a statement for all rows of a table, for some of their keys at a time (`:keys`)."""
    for connection, keys in portions(table, key):
        connection.execute(text(statement), {"keys": keys})


@contextmanager
def as_of_now() -> Iterator[Connection]:
    """A second connection, which goes on seeing what is committed now, whatever comes later.

    Begun while writers are kept out by triggers that are being made, it sees exactly what those
    will never tell.
    """
    engine = op.get_bind().engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_current_snapshot()"))
        yield connection
