"""Words of an older folding are made anew, wherever a run was interrupted."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from services.clients.records.operations import reindexing
from services.clients.records.tasks import reindex_clients
from shared.runtime import Runtime
from shared.values.folding import FOLDING
from tests.integration.records.conftest import Caller

Database = psycopg.Connection[dict[str, Any]]

NAMES = ("ภาษาไทย", "हिन्दी", "Ärger & Söhne", "Plain")


@pytest.fixture
def outdated(api: Caller, database: Database) -> None:
    """Clients as an older version of the product left them: found by none of their words."""
    for name in NAMES:
        contact = {"name": "Jo", "email": "jo@example.com"}
        body = {"company_name": name, "primary_contact": contact, "allow_duplicate": True}
        assert api("POST", "/v1/clients", body).status == 201
    database.execute("UPDATE client_search SET words = '', folding = %s", [FOLDING - 1])
    database.execute("UPDATE client_keys SET name_key = 'old'")
    database.execute("UPDATE clients SET sort_name = 'old'")


def _found(api: Caller, word: str) -> list[str]:
    return [each["company_name"] for each in api("GET", f"/v1/clients?q={word}").body["data"]]


def _left(database: Database) -> int:
    rows = database.execute("SELECT FROM client_search WHERE folding < %s", [FOLDING])
    return len(rows.fetchall())


@pytest.mark.usefixtures("outdated")
def test_an_outdated_client_is_found_again_without_being_changed(
    api: Caller, runtime: Runtime, database: Database
) -> None:
    assert _found(api, "ภาษา") == []
    assert reindex_clients(runtime) == len(NAMES)
    assert [_found(api, name[:4]) for name in NAMES] == [[name] for name in NAMES]
    sorted_by = database.execute("SELECT sort_name FROM clients ORDER BY 1").fetchall()
    assert {row["sort_name"] for row in sorted_by} >= {"arger & sohne", "plain"}
    assert not database.execute("SELECT FROM client_keys WHERE name_key = 'old'").fetchall()
    versions = database.execute("SELECT DISTINCT version FROM clients").fetchall()
    assert [row["version"] for row in versions] == [1]
    assert reindex_clients(runtime) == 0


@pytest.mark.usefixtures("outdated")
def test_a_run_that_is_interrupted_is_resumed_by_the_next(
    runtime: Runtime, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies in the middle loses its own batch, and none of those before."""
    monkeypatch.setattr(reindexing, "BATCH", 2)
    step, runs = reindexing.reindex_some, []

    def dies_in_its_second(uow: object) -> int:
        runs.append(step(uow))  # type: ignore[arg-type]
        if len(runs) == 2:
            raise SystemExit
        return runs[-1]

    monkeypatch.setattr(reindexing, "reindex_some", dies_in_its_second)
    with pytest.raises(SystemExit):
        reindex_clients(runtime)
    assert _left(database) == 2
    assert reindex_clients(runtime) == 2
    assert _left(database) == 0


@pytest.mark.usefixtures("outdated")
def test_a_client_that_is_being_changed_is_left_for_later(
    runtime: Runtime, database: Database
) -> None:
    with database.transaction():
        database.execute("SELECT FROM clients WHERE company_name = 'Plain' FOR UPDATE")
        assert reindex_clients(runtime) == len(NAMES) - 1
    assert reindex_clients(runtime) == 1


@pytest.mark.usefixtures("outdated")
def test_a_client_that_was_changed_before_its_turn_is_made_anew_as_well(
    api: Caller, runtime: Runtime, database: Database
) -> None:
    found = api("GET", "/v1/clients").body["data"][0]
    api("PATCH", f"/v1/clients/{found['id']}", {"tags": ["vip"]}, if_match=1, expect=200)
    assert reindex_clients(runtime) == len(NAMES)
    assert not database.execute("SELECT FROM client_keys WHERE name_key = 'old'").fetchall()
    assert not database.execute("SELECT FROM clients WHERE sort_name = 'old'").fetchall()


@pytest.mark.usefixtures("outdated")
def test_what_is_left_is_found_by_the_index_of_the_folding_that_is_in_use(
    database: Database,
) -> None:
    found = database.execute(
        "SELECT pg_get_indexdef('ix_client_search_left'::regclass) AS made"
    ).fetchone()
    assert found is not None
    assert f"folding < {FOLDING}" in found["made"]
