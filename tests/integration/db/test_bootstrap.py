"""A wrong master secret is refused before it changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from shared.db.bootstrap import WrongSecret, ensure_databases
from shared.db.engine import role_url
from shared.settings import Settings
from tests.fixtures.databases import Databases

OTHER = "another-secret-that-is-long-enough-too"


@pytest.fixture
def admin(databases: Databases) -> Iterator[Settings]:
    """The settings of `clientele db upgrade`; afterwards the secret is the right one again."""
    admin = replace(databases.settings, database_url=databases.admin_url)
    yield admin
    ensure_databases(admin, new_secret=True)


def test_another_secret_is_refused_and_locks_nobody_out(
    admin: Settings, databases: Databases
) -> None:
    with pytest.raises(WrongSecret, match="CLIENTELE_SECRET is not the one"):
        ensure_databases(replace(admin, secret=OTHER))
    ensure_databases(admin)
    url = role_url(databases.settings, "clients", "app").set(drivername="postgresql")
    psycopg.connect(url.render_as_string(hide_password=False)).close()


def test_a_secret_that_is_meant_to_be_new_is_taken(admin: Settings) -> None:
    new = replace(admin, secret=OTHER)
    ensure_databases(new, new_secret=True)
    ensure_databases(new)
    with pytest.raises(WrongSecret):
        ensure_databases(admin)


def test_a_note_of_somebody_elses_is_no_fingerprint(admin: Settings) -> None:
    with psycopg.connect(admin.database_url, autocommit=True) as connection:
        connection.execute("COMMENT ON DATABASE clients IS 'ours, ask Jo'")
    ensure_databases(admin)
    with pytest.raises(WrongSecret):
        ensure_databases(replace(admin, secret=OTHER))
