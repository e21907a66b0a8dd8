"""Every migration runs up, down and up again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from shared.db.migrate import current_revision, migrate, script_directory
from shared.db.schema import erasure
from shared.messaging.topology import SERVICES
from tests.fixtures.databases import Databases
from tests.fixtures.waiting import eventually

_SHAPE = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2
"""


def _shape(databases: Databases, service: str) -> list[tuple[object, ...]]:
    with psycopg.connect(databases.url(service)) as connection:
        return list(connection.execute(_SHAPE))


@pytest.mark.parametrize("service", SERVICES)
def test_down_and_up_again_gives_the_same_tables(databases: Databases, service: str) -> None:
    settings = databases.settings
    before, head = _shape(databases, service), current_revision(settings, service)
    try:
        migrate(settings, service, "base")
        assert [row for row in _shape(databases, service) if row[0] != "alembic_version"] == []
    finally:
        migrate(settings, service)
    assert _shape(databases, service) == before
    assert current_revision(settings, service) == head


def test_what_breaks_off_stands_at_the_last_whole_revision_and_goes_on_from_there(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each revision is a transaction of its own, so none holds its locks for the others."""

    def fail() -> None:
        raise LookupError

    settings = databases.settings
    before = _shape(databases, "metrics")
    migrate(settings, "metrics", "base")
    try:
        with monkeypatch.context() as patched:
            patched.setattr(erasure, "report_erased", fail)
            with pytest.raises(LookupError):
                migrate(settings, "metrics")
        assert current_revision(settings, "metrics") == "0002"
        assert not [row for row in _shape(databases, "metrics") if row[0] == "client_aliases"]
    finally:
        migrate(settings, "metrics")
    assert _shape(databases, "metrics") == before


def test_two_that_migrate_at_once_do_it_once(databases: Databases) -> None:
    settings = databases.settings
    before = _shape(databases, "metrics")
    migrate(settings, "metrics", "base")
    with ThreadPoolExecutor(3) as starts:
        list(starts.map(lambda _: migrate(settings, "metrics"), range(3)))
    assert _shape(databases, "metrics") == before


def test_a_migration_that_waits_for_a_table_lets_requests_pass(databases: Databases) -> None:
    """It would have to wait for a transaction that goes on, and all who come after it behind it."""
    settings, url = databases.settings, databases.url("metrics")
    migrate(settings, "metrics", "0006")
    with psycopg.connect(url) as busy, ThreadPoolExecutor(1) as deploy:
        busy.execute("SELECT FROM relay_state")
        migrating = deploy.submit(migrate, settings, "metrics")
        try:
            with psycopg.connect(url, autocommit=True) as request:
                request.execute("SET lock_timeout = '5s'")
                eventually("it waits", lambda: _waits(request))
                assert request.execute("SELECT last_pos FROM relay_state").fetchone()
                assert not migrating.done()
        finally:
            busy.rollback()
            migrating.result(timeout=60)
    head = script_directory("metrics").get_current_head()
    assert current_revision(settings, "metrics") == head


def _waits(connection: psycopg.Connection) -> bool:
    query = """SELECT FROM pg_stat_activity WHERE datname = current_database()
               AND wait_event_type = 'Lock'"""
    return connection.execute(query).fetchone() is not None
