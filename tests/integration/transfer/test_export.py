"""What leaves the system as a file is whole, safe to open, and changes nothing when it returns."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook

from shared.security.permissions import CLIENTS_CREATE, CLIENTS_VIEW_TAX_ID
from tests.factories.clients import whole_client_body
from tests.integration.transfer.conftest import Transfer

NAMES = ["北京智能科技", "شركة النور", "🏗️ Bau 👩🏽‍🔧", "=HYPERLINK(1)", "'+quoted", 'a;b "c", d']


@pytest.fixture
def filled(transfer: Transfer) -> Transfer:
    """One client with everything there is, and some with names that are hard on files."""
    body = whole_client_body(compliance_requirements=["ISO 9001", "OSHA"])
    body["current_systems"] = "first line\nsecond; line"
    transfer.ok("POST", "/clients", body)
    for at, name in enumerate(NAMES):
        transfer.ok(
            "POST",
            "/clients",
            {"company_name": name, "primary_contact": {"email": f"info@firm{at}.org"}},
        )
    return transfer


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("empty_cells", ["keep", "clear"])
def test_an_export_that_is_imported_changes_nothing(
    filled: Transfer, events: Any, kind: str, empty_cells: str
) -> None:
    before = events()
    sent = filled.send(filled.export(kind), f"clients.{kind}")
    assert sent["rows"] == len(NAMES) + 1
    job = filled.start(sent, empty_cells=empty_cells)
    assert job["progress"]["skipped"] == len(NAMES) + 1, filled.rows(job)
    assert events() == before


def test_no_cell_of_a_csv_is_a_formula(filled: Transfer) -> None:
    rows = list(csv.reader(io.StringIO(filled.export("csv").decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_workbook_holds_texts_only(filled: Transfer) -> None:
    book = load_workbook(io.BytesIO(filled.export("xlsx")))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert "=HYPERLINK(1)" in {cell.value for cell in cells}


def test_json_has_the_clients_as_they_are_answered(filled: Transfer) -> None:
    told = json.loads(filled.export("json"))
    assert [client["id"] for client in told] == [each["id"] for each in filled.clients().values()]
    for client in told:
        assert client == filled.ok("GET", f"/clients/{client['id']}")


def test_only_what_the_filters_leave_and_the_columns_named(filled: Transfer) -> None:
    columns = ["company_name", "client_code"]
    told = filled.export("csv", filters={"q": "acme"}, columns=columns)
    assert told.decode("utf-8-sig") == ('"company_name","client_code"\r\n"Acme Machines","ACM"\r\n')


def test_an_export_of_nothing_is_a_file_too(transfer: Transfer) -> None:
    assert transfer.export("json") == b"[]\n"
    assert transfer.export("csv", columns=["id"]) == b'\xef\xbb\xbf"id"\r\n'


def test_who_may_not_see_tax_numbers_does_not_export_them(filled: Transfer) -> None:
    rights = frozenset({"clients.view", "clients.export"})
    masked = Transfer(filled.api, filled.api.with_permissions(rights)).export("csv")
    assert b"12-3456789" in filled.export("csv")
    assert b"12-3456789" not in masked
    assert b"6789" in masked


def test_exporting_needs_its_own_right_and_is_logged(
    filled: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    weak = filled.api.with_permissions(frozenset({"clients.view", "clients.update"}))
    assert weak.call("POST", "/v1/exports", {"format": "csv"}).status_code == 403
    filled.export("csv", filters={"status": ["active"]})
    query = "SELECT data, actor FROM event_log WHERE type = 'clients.export.requested.v1'"
    (event,) = database.execute(query).fetchall()
    assert event["data"]["export"]["filters"]["status"] == ["active"]


def test_the_audit_is_told_of_a_file_with_tax_ids_when_it_is_opened(
    filled: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    filled.export("csv", columns=["company_name"])
    query = "SELECT data -> 'read' ->> 'through' AS through FROM event_log WHERE type = %s"
    assert database.execute(query, ["clients.tax_id.read.v1"]).fetchall() == []
    for _ in range(2):
        filled.export("csv")
    assert database.execute(query, ["clients.tax_id.read.v1"]).fetchall() == [{"through": "export"}]


def test_the_audit_is_told_of_a_file_with_tax_ids_that_another_sent(
    transfer: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    query = "SELECT data -> 'read' ->> 'through' AS through FROM event_log WHERE type = %s"

    def read_by_another(heading: str) -> None:
        sent = transfer.send(f"Company,{heading}\nAcme,12-3456789\n".encode())
        rights = frozenset({CLIENTS_CREATE, CLIENTS_VIEW_TAX_ID})
        caller = transfer.api.with_permissions(rights)
        answer = caller.call("GET", f"/v1/imports/{sent['id']}")
        assert answer.json is not None
        assert answer.json["sample"] == [["Acme", "12-3456789"]]

    read_by_another("Industry")
    assert database.execute(query, ["clients.tax_id.read.v1"]).fetchall() == []
    read_by_another("Tax ID")
    assert database.execute(query, ["clients.tax_id.read.v1"]).fetchall() == [
        {"through": "imports"}
    ]


def test_a_file_that_is_not_kept_any_more_is_gone(
    filled: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    job = filled.finish(filled.ok("POST", "/exports", {"format": "csv"}))
    database.execute("UPDATE jobs SET finished_at = finished_at - interval '8 days'")
    assert filled.caller.call("GET", job["result"]["file"]).status_code == 410


def test_a_file_is_not_there_before_the_job_is_done(filled: Transfer) -> None:
    job = filled.ok("POST", "/exports", {"format": "csv"})
    assert filled.caller.call("GET", f"/v1/exports/{job['id']}/file").status_code == 409


def test_an_unknown_column_is_refused(transfer: Transfer) -> None:
    answer = transfer.caller.call("POST", "/v1/exports", {"format": "csv", "columns": ["no"]})
    assert answer.status_code == 422


def test_the_file_of_another_who_sees_tax_numbers_is_not_handed_out(filled: Transfer) -> None:
    job = filled.finish(filled.ok("POST", "/exports", {"format": "csv"}))
    path = f"/v1/exports/{job['id']}/file"
    rights = frozenset({"clients.view", "clients.export"})
    refused: Any = filled.api.with_permissions(rights).call("GET", path)
    assert (refused.status_code, refused.json["code"]) == (403, "transfer.file_of_another")
    sees = filled.api.with_permissions(rights | {"clients.view_tax_id"})
    assert b"12-3456789" in sees.call("GET", path).data


def test_the_rows_of_anothers_file_are_shown_to_who_may_see_tax_numbers(filled: Transfer) -> None:
    sent = filled.send(b"Company,Tax id\nBolt,12-3456789\n")
    rights = frozenset({"clients.view", "clients.create"})
    other = filled.api.with_permissions(rights)
    seen: Any = other.call("GET", f"/v1/imports/{sent['id']}").json
    assert (seen["columns"], seen["sample"]) == (["Company", "Tax id"], [])
    listed: Any = other.call("GET", "/v1/imports").json
    assert [each["sample"] for each in listed["data"]] == [[]]
    assert other.call("GET", f"/v1/imports/{sent['id']}/rejected").status_code == 403
    sees: Any = filled.api.with_permissions(rights | {"clients.view_tax_id"})
    assert sees.call("GET", f"/v1/imports/{sent['id']}").json["sample"] == [["Bolt", "12-3456789"]]
