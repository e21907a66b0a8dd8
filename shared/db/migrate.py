"""Migrations: each service's numbered files, run by its `owner` role under a lock."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from shared.db.engine import role_url
from shared.service_names import SERVICES
from shared.settings import Settings

_ROOT = Path(__file__).resolve().parents[2] / "services"
_LOCK = 5_402_115
#: Whoever comes after a revision that waits for a table waits behind it, and gives up after 5 s.
LOCK_SECONDS = 2
# So long it is tried again, with a pause in which those who wait behind it have their turn.
_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.5


def script_directory(service: str) -> ScriptDirectory:
    """The migrations of a service; more than one head is refused when they run."""
    config = Config()
    folder = _ROOT / service / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def migrate(settings: Settings, service: str, revision: str = "head") -> None:
    """Bring the database of a service to a revision."""
    # What a backfill was given are clients' words, which have no place in a log.
    engine = create_engine(
        role_url(settings, service, "owner"), poolclass=NullPool, hide_parameters=True
    )
    migrate_database(engine, service, revision)


def migrate_database(engine: Engine, service: str, revision: str = "head") -> None:
    """Bring a database to a revision of a service, a transaction for each one on the way.

    `engine` is its owner's, and pools nothing: the lock that keeps others out ends with the
    connection. What breaks off is taken up where it stands.

    No lock is held for longer than one revision takes, nor waited for so long that a request would
    be refused; what takes long holds none that a request waits for (`shared.db.schema.online`).
    """
    with engine.connect() as connection:
        _wait_for_turn(connection)
        _run_patiently(connection, script_directory(service), revision)


def _wait_for_turn(connection: Connection) -> None:
    """Asked again and again: a statement that waits has a snapshot, for whose end an index would
    wait that another builds while this one waits for it."""
    while True:
        with connection.begin():
            connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
            if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                return
        time.sleep(_PAUSE_SECONDS)


def migrate_all(settings: Settings) -> None:
    """Bring every service's database to its newest revision."""
    for service in SERVICES:
        migrate(settings, service)


def current_revision(settings: Settings, service: str) -> str | None:
    """The revision a service's database is at, or None before the first migration."""
    engine = create_engine(role_url(settings, service, "owner"))
    try:
        with engine.connect() as connection:
            known = connection.scalar(text("SELECT to_regclass('alembic_version')"))
            if known is None:
                return None
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)
    finally:
        engine.dispose()


def _run_patiently(connection: Connection, scripts: ScriptDirectory, revision: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return _run(connection, scripts, revision)
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_SECONDS)


def _run(connection: Connection, scripts: ScriptDirectory, revision: str) -> None:
    def steps(rev: Any, _context: object) -> list[Any]:
        if _is_behind(scripts, rev, revision):
            return list(scripts._upgrade_revs(revision, rev))  # noqa: SLF001  # alembic's own command does this
        return list(scripts._downgrade_revs(revision, rev))  # noqa: SLF001

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=revision) as context:
        context.configure(
            connection=connection, transactional_ddl=True, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()


def _is_behind(scripts: ScriptDirectory, current: tuple[str, ...], wanted: str) -> bool:
    if wanted == "head" or not current:
        return True
    return wanted != "base" and wanted >= current[0]
