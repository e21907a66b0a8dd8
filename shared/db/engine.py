"""Engines: one per database and role, made once per process.

Roles (see `shared.db.bootstrap`): `owner` migrates, `app` serves requests under row-level
security, `pipe` moves events, `login` may call the look-ups that come before a workspace
is known, and a request becomes `portal` where it may see one client only. Passwords derive
from the master secret, so there is one secret to keep.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import select
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import InvalidatePoolError

from shared.settings import Settings

ROLES = ("owner", "app", "pipe", "login", "portal")

# A statement that runs longer than this is a defect, not a slow day; a transaction left
# open holds its client's row and with it every other writer of that client. Starting workers
# for a parallel plan takes longer (some 5 ms) than nearly all statements that would have one.
_SERVER_SETTINGS = (
    "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 "
    "-c max_parallel_workers_per_gather=0"
)
_QUOTED = re.compile(r'"[^"]*"')


def role_password(secret: str, role: str) -> str:
    """The password of a database role, the same wherever the master secret is the same."""
    return hmac.new(secret.encode(), f"database-role:{role}".encode(), hashlib.sha256).hexdigest()


def role_url(settings: Settings, service: str, role: str) -> URL:
    """The address of a service's database for one of its roles."""
    name = f"{service}_{role}"
    return make_url(settings.database_url).set(
        drivername="postgresql+psycopg",
        username=name,
        password=role_password(settings.secret, name),
        database=service,
    )


@lru_cache(maxsize=64)
def autocommitting(engine: Engine) -> Engine:
    """The engine, made once, with no transaction of the driver's: no round trips for its own
    BEGIN and COMMIT."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=64)
def engine_for(settings: Settings, service: str, role: str) -> Engine:
    """The pooled engine of this process for a role; connections are made on first use."""
    engine = create_engine(
        role_url(settings, service, role),
        pool_size=settings.pool_size,
        max_overflow=4,
        pool_timeout=5,
        pool_use_lifo=True,
        # What a statement was given are clients' words, which have no place in a log.
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={
            "options": _SERVER_SETTINGS,
            "connect_timeout": 3,
            "application_name": f"{service}-{role}",
            # A statement is prepared on its fifth use: fewer plans, less time per call.
            "prepare_threshold": 5,
            # A server whose machine is gone says no farewell: what waits for its answer is told
            # after some ten seconds, where the system alone would wait for two hours.
            "tcp_user_timeout": 10000,
            "keepalives_idle": 4,
            "keepalives_interval": 2,
            "keepalives_count": 3,
        },
    )
    event.listen(engine, "checkout", _refuse_closed)
    event.listen(engine, "handle_error", _say_no_values)
    return engine


def say_no_values(error: psycopg.Error) -> str | None:
    """Leave to an error what went wrong, and return it; None where the server told none.

    Its details are the rows at fault, and what is in quotation marks in an error about data is the
    data.
    """
    said = error.diag.message_primary
    if said is None:
        return None
    if (error.sqlstate or "").startswith("22"):
        said = _QUOTED.sub('"…"', said)
    error.args = (said,)
    return said


def _say_no_values(context: ExceptionContext) -> None:
    error = context.original_exception
    said = say_no_values(error) if isinstance(error, psycopg.Error) else None
    if said is not None and context.sqlalchemy_exception is not None:
        kind = f"{type(error).__module__}.{type(error).__name__}"
        context.sqlalchemy_exception.args = (f"({kind}) {said}",)


def _refuse_closed(connection: psycopg.Connection[Any], *_: object) -> None:
    """Have the pool connect anew where the server has gone since the connection was last used.

    A server says nothing to a connection at rest but its farewell, so a look at the socket does
    what a pre-ping does and costs no round trip.
    """
    if connection.closed or _has_word(connection):
        raise InvalidatePoolError("the server has closed this connection")


def _has_word(connection: psycopg.Connection[Any]) -> bool:
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    return bool(socket.poll(0))
