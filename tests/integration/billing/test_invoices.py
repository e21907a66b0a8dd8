"""Invoices over HTTP: drafts, issuing, what is frozen, and the events they leave."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from services.clients.access import queries as access
from services.clients.billing.models import Invoice
from tests.fixtures.databases import Databases
from tests.integration.billing.conftest import Call

Logged = Callable[..., list[dict[str, Any]]]
Make = Callable[..., dict[str, Any]]


def line(description: str = "Design", quantity: str = "1", **more: Any) -> dict[str, Any]:
    """A line at 100.00 apiece."""
    return {"description": description, "quantity": quantity, "unit_price": "100.00", **more}


def test_created_draft_is_answered_whole(call: Call, client_id: uuid.UUID) -> None:
    body = {
        "period_start": "2026-11-01",
        "period_end": "2026-11-30",
        "due_on": "2027-01-15",
        "notes": "PO 4711",
        "lines": [
            {"description": "Design", "quantity": "7.25", "unit_price": "149.99", "tax_rate": "8"},
            {"description": "Travel", "quantity": "1", "unit_price": "80"},
            {"description": "Discount", "quantity": "1", "unit_price": "-10.005", "tax_rate": "8"},
        ],
    }
    made = call("POST", f"/v1/clients/{client_id}/invoices", body, expect=201)
    invoice = made.body
    assert invoice.pop("created_at") == invoice.pop("updated_at")
    lines = invoice.pop("lines")
    assert invoice == {
        "id": invoice["id"],
        "client_id": str(client_id),
        "number": None,
        "status": "draft",
        "overdue": False,
        "currency": "USD",
        "period_start": "2026-11-01",
        "period_end": "2026-11-30",
        "issued_on": None,
        "due_on": "2027-01-15",
        "paid_on": None,
        "notes": "PO 4711",
        "subtotal": "1157.42",
        "taxes": [{"rate": "8.00", "base": "1077.42", "amount": "86.19"}],
        "tax": "86.19",
        "total": "1243.61",
        "discount": "0.00",
        "discount_percent": None,
        "discount_amount": None,
        "amount_paid": "0.00",
        "amount_credited": "0.00",
        "balance": "1243.61",
        "payments": [],
        "credit_notes": [],
        "purchase_order": None,
        "terms": None,
        "void_reason": None,
        "billing_copy": None,
        "issuer": None,
        "version": 1,
    }
    assert [(row["kind"], row["rate_id"], row["amount"]) for row in lines] == [
        ("free", None, "1087.43"),
        ("free", None, "80.00"),
        ("free", None, "-10.01"),
    ]
    assert [row["unit_price"] for row in lines] == ["149.99", "80.00", "-10.005"]
    assert made.etag == '"1"'
    whole = call("GET", f"/v1/invoices/{invoice['id']}").body
    assert whole["lines"] == lines


def test_draft_is_edited_and_lines_keep_their_ids(call: Call, draft: Make, logged: Logged) -> None:
    made = draft(lines=[line("Design"), line("Build", "2")])
    own = f"/v1/invoices/{made['id']}"
    kept = made["lines"][1]["id"]
    body = {"due_on": "2027-01-15", "lines": [line("Build", "3", id=kept), line("Test")]}
    edited = call("PATCH", own, body, if_match=1).body
    assert [row["description"] for row in edited["lines"]] == ["Build", "Test"]
    assert edited["lines"][0]["id"] == kept
    assert (edited["total"], edited["version"]) == ("400.00", 2)
    assert call("GET", own).body == edited
    changes = {c["field"]: c for c in logged(f"invoice/{made['id']}")[-1]["data"]["changes"]}
    assert set(changes) == {"due_on", "total", "lines"}
    assert changes["lines"]["before"]["count"] == changes["lines"]["after"]["count"] == 2
    assert changes["lines"]["after"]["subtotal"] == "400.00"


def test_draft_in_another_currency_is_rounded_anew(call: Call, draft: Make) -> None:
    made = draft(lines=[line(quantity="0.01", unit_price="50.5") | {"unit_price": "50.5"}])
    assert made["total"] == "0.51"
    edited = call("PATCH", f"/v1/invoices/{made['id']}", {"currency": "KWD"}, if_match=1).body
    assert (edited["total"], edited["lines"][0]["amount"]) == ("0.505", "0.505")


def test_edit_without_effect_makes_no_version_and_no_event(
    call: Call, draft: Make, logged: Logged
) -> None:
    made = draft(lines=[line()])
    same = {"currency": "USD", "lines": [line(id=made["lines"][0]["id"], tax_rate=None)]}
    assert call("PATCH", f"/v1/invoices/{made['id']}", same, if_match=1).etag == '"1"'
    assert len(logged()) == 1


def test_edit_names_every_wrong_field(call: Call, draft: Make) -> None:
    made = draft(period_start="2026-11-01", period_end="2026-11-30")
    wrong = call(
        "PATCH",
        f"/v1/invoices/{made['id']}",
        {"period_end": "2026-10-01", "lines": [line(unit_price="-1") | {"unit_price": "-1"}]},
        if_match=1,
        expect=422,
    )
    assert {e["field"]: e["code"] for e in wrong.body["errors"]} == {
        "period_end": "before_start",
        "lines": "negative_total",
    }
    assert call("GET", f"/v1/invoices/{made['id']}").body == made


def test_line_of_another_invoice_is_not_taken_over(call: Call, draft: Make) -> None:
    first, second = draft(), draft()
    foreign = line(id=first["lines"][0]["id"])
    wrong = call(
        "PATCH", f"/v1/invoices/{second['id']}", {"lines": [foreign]}, if_match=1, expect=422
    )
    assert wrong.body["errors"][0]["field"] == "lines[0].id"


def test_patch_needs_the_version_it_read(call: Call, draft: Make) -> None:
    own = f"/v1/invoices/{draft()['id']}"
    call("PATCH", own, {"notes": "x"}, expect=428)
    call("PATCH", own, {"notes": "x"}, if_match=1)
    stale = call("PATCH", own, {"notes": "y"}, if_match=1, expect=412)
    assert stale.body["code"] == "invoices.stale_version"


def test_issuing_numbers_and_freezes(
    call: Call, client_id: uuid.UUID, draft: Make, logged: Logged, databases: Databases
) -> None:
    made = draft()
    found = call("POST", f"/v1/invoices/{made['id']}/issue", {})
    invoice = found.body
    year = datetime.now(UTC).year
    assert (invoice["status"], invoice["number"]) == ("issued", f"ACM-{year}-0001")
    assert invoice["issued_on"] is not None
    assert found.etag == '"2"'
    assert invoice["billing_copy"]["company_name"] == "Acme Machines"
    assert invoice["billing_copy"]["client_code"] == "ACM"
    assert invoice["billing_copy"]["contact"]["email"] == "jo@acme.example.com"
    assert invoice["billing_copy"]["address"]["city"] == "Saint Paul"
    event = logged(f"invoice/{made['id']}")[-1]
    assert event["type"] == "clients.invoice.issued.v1"
    assert [change["field"] for change in event["data"]["changes"]] == [
        "number",
        "status",
        "issued_on",
    ]
    with psycopg.connect(databases.url("clients")) as connection:
        frozen = connection.execute(
            "SELECT frozen_at FROM client_codes WHERE client_id = %s", [client_id]
        ).fetchone()
    assert frozen is not None
    assert frozen[0] is not None


def test_an_invoice_may_bear_an_earlier_date_but_not_before_the_one_that_has_its_number(
    call: Call, draft: Make
) -> None:
    def issue(day: str, expect: int = 200) -> Any:
        path = f"/v1/invoices/{draft()['id']}/issue"
        return call("POST", path, {"issued_on": day}, expect=expect).body

    first = issue("2026-01-31")
    assert (first["number"], first["issued_on"]) == ("ACM-2026-0001", "2026-01-31")
    assert issue("2026-01-31")["number"] == "ACM-2026-0002"
    for day, code in (("2026-01-30", "before_newest"), ("9999-12-31", "in_the_future")):
        wrong = issue(day, expect=422)["errors"][0]
        assert (wrong["field"], wrong["code"]) == ("issued_on", code)
    issue("31 January", expect=422)
    assert issue("2026-02-01")["number"] == "ACM-2026-0003"


def test_a_date_of_last_year_takes_its_number_from_that_years_series(
    call: Call, draft: Make
) -> None:
    for day, number in (("2025-12-31", "ACM-2025-0001"), ("2026-01-01", "ACM-2026-0001")):
        path = f"/v1/invoices/{draft()['id']}/issue"
        assert call("POST", path, {"issued_on": day}).body["number"] == number


def test_issued_invoice_is_immutable(call: Call, issued: Make, logged: Logged) -> None:
    invoice = issued()
    own = f"/v1/invoices/{invoice['id']}"
    edit = call("PATCH", own, {"notes": "too late"}, if_match=2, expect=409)
    again = call("POST", f"{own}/issue", {}, expect=409)
    assert edit.body["code"] == again.body["code"] == "invoices.not_draft"
    assert call("GET", own).body == invoice
    assert len(logged(f"invoice/{invoice['id']}")) == 2


def test_numbers_follow_each_other_per_client(
    draft: Make, issued: Make, make_client: Callable[..., uuid.UUID]
) -> None:
    other = make_client(client_code="AMA", company_name="Amarillo")
    draft()
    numbers = [issued()["number"], issued(other)["number"], issued()["number"]]
    assert [number[:3] + number[-5:] for number in numbers] == ["ACM-0001", "AMA-0001", "ACM-0002"]


def test_year_of_a_number_is_that_of_the_workspaces_day(
    issued: Make, set_workspace: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_workspace(time_zone="Pacific/Auckland")
    monkeypatch.setattr(access, "now", lambda: datetime(2026, 12, 31, 12, 30, tzinfo=UTC))
    assert [issued()[key] for key in ("number", "issued_on")] == ["ACM-2027-0001", "2027-01-01"]
    set_workspace(time_zone="America/Chicago")
    invoice = issued()
    assert (invoice["number"], invoice["issued_on"]) == ("ACM-2026-0001", "2026-12-31")


def test_series_starts_again_with_the_year_or_runs_on_by_the_pattern(
    issued: Make, set_workspace: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_year(year: int) -> Any:
        monkeypatch.setattr(access, "now", lambda: datetime(year, 6, 1, tzinfo=UTC))
        return issued()["number"]

    assert [in_year(2026), in_year(2026), in_year(2027)] == [
        "ACM-2026-0001",
        "ACM-2026-0002",
        "ACM-2027-0001",
    ]
    set_workspace(invoice_number_pattern="R{seq:3}/{code}")
    assert [in_year(2027), in_year(2028)] == ["R001/ACM", "R002/ACM"]


def test_number_that_another_pattern_has_used_is_refused_and_not_lost(
    call: Call, draft: Make, issued: Make, set_workspace: Callable[..., None]
) -> None:
    year = datetime.now(UTC).year
    issued()
    set_workspace(invoice_number_pattern=f"{{code}}-{year}-{{seq:4}}")
    waiting = draft()
    taken = call("POST", f"/v1/invoices/{waiting['id']}/issue", {}, expect=409)
    assert taken.body["code"] == "billing.number_taken"
    set_workspace(invoice_number_pattern="{code}-{YYYY}-{seq:4}")
    found = call("POST", f"/v1/invoices/{waiting['id']}/issue", {}).body
    assert found["number"] == f"ACM-{year}-0002"


def test_client_without_code_is_not_invoiced_but_drafted(
    call: Call, draft: Make, client_id: uuid.UUID, databases: Databases
) -> None:
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute("UPDATE clients SET client_code = NULL WHERE id = %s", [client_id])
    refused = call("POST", f"/v1/invoices/{draft()['id']}/issue", {}, expect=409)
    assert refused.body["code"] == "billing.no_code"


def test_internal_client_is_never_invoiced(
    call: Call, draft: Make, client_id: uuid.UUID, databases: Databases
) -> None:
    early = draft()
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute("UPDATE clients SET internal = true WHERE id = %s", [client_id])
    body = {"lines": [line()]}
    new = call("POST", f"/v1/clients/{client_id}/invoices", body, expect=409)
    late = call("POST", f"/v1/invoices/{early['id']}/issue", {}, expect=409)
    assert new.body["code"] == late.body["code"] == "billing.internal_client"


def test_invoice_without_lines_is_not_issued(call: Call, draft: Make) -> None:
    refused = call("POST", f"/v1/invoices/{draft(lines=[])['id']}/issue", {}, expect=409)
    assert refused.body["code"] == "invoices.no_lines"


def test_stale_version_is_honoured_where_it_is_not_required(call: Call, draft: Make) -> None:
    own = f"/v1/invoices/{draft()['id']}"
    call("POST", f"{own}/issue", {}, if_match=7, expect=412)
    call("POST", f"{own}/issue", {}, if_match=1)


def test_largest_invoice_fits_into_its_events(call: Call, client_id: uuid.UUID) -> None:
    lines = [line("€" * 1000, tax_rate=f"{n % 100}.25") for n in range(500)]
    path = f"/v1/clients/{client_id}/invoices"
    too_much = call("POST", path, {"notes": "€" * 10_000, "lines": lines}, expect=413)
    assert too_much.body["code"] == "request_entity_too_large"
    short = [line("€" * 500, tax_rate=f"{n % 100}.25") for n in range(500)]
    made = call("POST", path, {"notes": "€" * 10_000, "lines": short}, expect=201).body
    again = [line("$" * 500) for _ in range(500)]
    edited = call(
        "PATCH",
        f"/v1/invoices/{made['id']}",
        {"notes": "$" * 10_000, "lines": again},
        if_match=1,
    ).body
    assert (len(edited["lines"]), edited["total"]) == (500, "50000.00")


def test_same_key_twice_makes_one_draft(call: Call, client_id: uuid.UUID, logged: Logged) -> None:
    path, body = f"/v1/clients/{client_id}/invoices", {"lines": [line()]}
    key = {"Idempotency-Key": "draft-1"}
    first = call("POST", path, body, expect=201, **key).body
    assert call("POST", path, body, expect=201, **key).body == first
    assert len(logged()) == 1


def test_list_is_paged_newest_first_and_filtered(
    call: Call, client_id: uuid.UUID, draft: Make, issued: Make
) -> None:
    made = [issued(), draft(), issued()]
    path = f"/v1/clients/{client_id}/invoices"
    first = call("GET", path + "?limit=2").body
    rest = call("GET", path + f"?limit=2&cursor={first['next']}").body
    assert [row["id"] for row in first["data"] + rest["data"]] == [
        row["id"] for row in reversed(made)
    ]
    assert "lines" not in first["data"][0]
    drafts = call("GET", path + "?status=draft").body["data"]
    assert [row["id"] for row in drafts] == [made[1]["id"]]
    call("GET", path + "?status=late", expect=422)


def test_another_workspace_sees_nothing(
    call: Call, client_id: uuid.UUID, draft: Make, http: FlaskClient
) -> None:
    own = f"/v1/invoices/{draft()['id']}"
    http.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {uuid.uuid4()}"
    call("GET", own, expect=404)
    call("PATCH", own, {"notes": "x"}, if_match=1, expect=404)
    for action, body in (
        ("issue", {}),
        ("void", {"reason": "x"}),
        ("payments", {"amount": "1", "paid_on": "2026-11-23"}),
    ):
        call("POST", f"{own}/{action}", body, expect=404)
    call("GET", f"/v1/clients/{client_id}/invoices", expect=404)


def test_tax_is_what_it_was_when_the_lines_were_written_whatever_becomes_of_the_rule(
    call: Call, client_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"lines": [line(tax_rate="8"), line(tax_rate="20")], "discount_amount": "10.00"}
    made = call("POST", f"/v1/clients/{client_id}/invoices", body, expect=201).body
    path = f"/v1/invoices/{made['id']}"
    issued = call("POST", f"{path}/issue", {}).body
    monkeypatch.setattr(Invoice, "sums", lambda _: pytest.fail("Nothing is summed up again."))
    assert call("GET", path).body["taxes"] == issued["taxes"] == made["taxes"]
    note = {"reason": "All of it."}
    credited = call("POST", f"{path}/credit-notes", note, expect=201).body
    assert credited["total"] == issued["total"]
