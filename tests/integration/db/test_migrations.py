"""Every migration runs up, down and up again."""

from __future__ import annotations

import psycopg
import pytest

from shared.db.migrate import current_revision, migrate
from shared.messaging.topology import SERVICES
from tests.fixtures.databases import Databases

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
