"""Tax numbers: sealed in the table, masked in answers, never in an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg

from tests.factories.clients import whole_client_body
from tests.integration.records.conftest import Caller

Database = psycopg.Connection[dict[str, Any]]


def test_a_tax_number_is_shown_in_full_only_to_those_who_may_see_it(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    made = api.create(whole_client_body(tax_id="123456789"))
    assert made["tax_id"] == "12-3456789"
    clerk = caller("clients.view", "clients.update", "clients.create")
    assert clerk.get(made)["tax_id"] == "••-•••6789"
    listed = clerk("GET", "/v1/clients", expect=200).body["data"]
    assert [client["tax_id"] for client in listed] == ["••-•••6789"]
    written = clerk.create(whole_client_body(client_code="ACX", tax_id="98-7654321"))
    assert written["tax_id"] == "••-•••4321"


def test_the_mask_sent_back_changes_nothing_and_another_is_refused(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    made = api.create(whole_client_body())
    clerk = caller("clients.view", "clients.update")
    answer = clerk.patch(made, {"tax_id": "••-•••6789", "industry": "Energy"})
    assert answer.status == 200
    assert api.get(made)["tax_id"] == "12-3456789"
    refused = clerk.patch(answer.body, {"tax_id": "••-•••0000"})
    assert refused.errors == {"tax_id": "invalid_tax_id"}


def test_the_table_holds_no_readable_number(api: Caller, database: Database) -> None:
    api.create(whole_client_body(client_code="ONE"))
    api.create(whole_client_body(client_code="TWO", tax_id="12 3456789"))
    rows = database.execute(
        "SELECT tax_id, tax_id_hash, tax_id_last4, clients::text AS everything FROM clients"
    ).fetchall()
    for row in rows:
        assert row["tax_id_last4"] == "6789"
        assert b"3456789" not in bytes(row["tax_id"])
        assert "3456789" not in row["everything"]
    first, second = rows
    assert first["tax_id_hash"] == second["tax_id_hash"]
    assert first["tax_id"] != second["tax_id"]


def test_the_same_number_in_another_spelling_is_no_change(api: Caller) -> None:
    made = api.create(whole_client_body())
    assert api.patch(made, {"tax_id": "123456789"}).version == 1
    emptied = api.patch(made, {"tax_id": None})
    assert emptied.body["tax_id"] is None
    assert emptied.version == 2


def test_no_event_holds_the_number(api: Caller, database: Database) -> None:
    made = api.create(whole_client_body())
    api.patch(made, {"tax_id": "98-7654321", "industry": "Energy"})
    log = database.execute("SELECT string_agg(data::text, ' ') AS all FROM event_log").fetchone()
    assert log is not None
    for number in ("3456789", "7654321"):
        assert number not in log["all"]
