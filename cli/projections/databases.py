"""The databases as the owner of each sees them: every workspace at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from shared.db.engine import engine_for
from shared.settings import Settings

Engines = Callable[[str], Engine]

# A look at everything takes longer than any request may.
_PATIENT = text(
    "SELECT set_config('statement_timeout', '0', true), "
    "set_config('idle_in_transaction_session_timeout', '0', true)"
)
_ERASED = text("SELECT client_id FROM erased_clients")


def owner_engines(settings: Settings) -> Engines:
    """`engines(service)` is the owner's engine of that service's database."""
    return lambda service: engine_for(settings, service, "owner")


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it is now, however long it takes."""
    with engine.connect() as found:
        connection = found.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(_PATIENT)
            yield connection


def erased_clients(connection: Connection) -> frozenset[uuid.UUID]:
    """Every client that a service knows to be erased."""
    return frozenset(connection.scalars(_ERASED))
