"""Every kind of bad input, wherever it can be sent: a 4xx that names the field, and nothing is
changed (B1–B5, R4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from shared.clock import now
from tests.fixtures.api import Api
from tests.fixtures.databases import Databases
from tests.integration.time_entries.conftest import Ok, make_client, ok

__all__ = ["make_client", "ok"]

#: No number at all, to whatever it is put: not finite, not plain, not a text, not of our digits.
NO_NUMBERS = ("NaN", "sNaN", "Infinity", "-Infinity", "1e2", "1E-2", "1,5", "1 000", "0x1", "٣",
              "", " ", True, [], {})  # fmt: skip
TOO_LONG = ("0.00001", "9" * 40, "-" + "9" * 40)
DAYS = ("2026-02-30", "2026-13-01", "26-1-1", "tomorrow", 20260101, True)
TABLES = ("clients", "rates", "projects", "time_entries", "time_weeks", "invoices",
          "invoice_lines", "payments", "credit_notes", "invoice_series", "jobs",
          "event_log")  # fmt: skip

Bad = tuple[str, str, Any, str]


def numbers(method: str, path: str, body: dict[str, Any], *names: str) -> Iterator[Bad]:
    """The body with each number of it wrong in every way."""
    for name in names:
        for value in (*NO_NUMBERS, *TOO_LONG):
            yield method, path, {**body, name: value}, name


def days(method: str, path: str, body: dict[str, Any], *names: str) -> Iterator[Bad]:
    """The body with each day of it wrong in every way."""
    for name in names:
        for value in DAYS:
            yield method, path, {**body, name: value}, name


def within(place: str, cases: Iterator[Bad]) -> Iterator[Bad]:
    """The same in a list of the body's: of lines, or of rows."""
    for method, path, body, name in cases:
        list_name = place.split("[", maxsplit=1)[0]
        yield method, path, {list_name: [body]}, f"{place}.{name}"


def all_of(client: str, internal: str, projects: tuple[str, str, str]) -> Iterator[Bad]:
    """Whatever a body can have wrong, with the field that is to be named."""
    project, closed, own = projects
    of_client = f"/clients/{client}"
    rate = {"position": "Fitter", "regular_rate": "90"}
    for bad in numbers("POST", f"{of_client}/rates", rate, "regular_rate", "overtime_rate"):
        # A form that is left blank has no overtime rate.
        if bad[2].get("overtime_rate") not in ("", " "):
            yield bad
    yield from days("POST", f"{of_client}/rates", rate, "valid_from", "valid_until")
    overlapping = {**rate, "position": "engineer", "valid_from": "2030-01-01"}
    yield "POST", f"{of_client}/rates", overlapping, "position"
    ended = {**rate, "valid_from": "2026-02-01", "valid_until": "2026-01-31"}
    yield "POST", f"{of_client}/rates", ended, "valid_until"
    yield "POST", f"{of_client}/rates", {**rate, "regular_rate": "-1"}, "regular_rate"
    plan = {"name": "Retrofit", "status": "active"}
    yield from numbers("POST", f"{of_client}/projects", plan, "budget_amount", "budget_hours")
    late = {**plan, "starts_on": "2026-02-01", "ends_on": "2026-01-31"}
    yield "POST", f"{of_client}/projects", late, "ends_on"
    entry = {"project_id": project, "position": "Engineer", "person": "Ana Ruiz"}
    entry |= {"date": "2026-03-02", "hours": "8"}
    yield from numbers("POST", "/time-entries", entry, "hours")
    yield from days("POST", "/time-entries", entry, "date")
    for hours in ("-1", "0", "24.01", "25", "0.001"):
        yield "POST", "/time-entries", {**entry, "hours": hours}, "hours"
    for where in (closed, own):
        yield "POST", "/time-entries", {**entry, "project_id": where}, "project_id"
    line = {"description": "Work", "quantity": "1", "unit_price": "100"}
    lines = numbers("POST", f"{of_client}/invoices", line, "quantity", "unit_price", "tax_rate")
    yield from within("lines[0]", lines)
    bill = {"lines": [line]}
    yield from numbers("POST", f"{of_client}/invoices", bill, "discount_percent", "discount_amount")
    yield from days("POST", f"{of_client}/invoices", bill, "period_start", "period_end", "due_on")
    backwards = {"period_start": "2026-02-01", "period_end": "2026-01-31"}
    yield "POST", f"{of_client}/invoices", {**bill, **backwards}, "period_end"
    yield "POST", f"{of_client}/invoices/from-time", backwards, "period_end"
    turned = {"from": "2026-02-01", "to": "2026-01-31"}
    yield "POST", f"{of_client}/statement/pdf", turned, "to"
    yield "POST", f"/clients/{internal}/invoices", bill, ""


def of_invoices(issued: str, draft: str, paid: str) -> Iterator[Bad]:
    """What an invoice does not take in its state, and what it never takes."""
    payment = {"amount": "10", "paid_on": now().date().isoformat()}
    yield from numbers("POST", f"/invoices/{issued}/payments", payment, "amount")
    yield from days("POST", f"/invoices/{issued}/payments", payment, "paid_on")
    for amount in ("0", "100.01", "-0.01", "10.001"):
        yield "POST", f"/invoices/{issued}/payments", {**payment, "amount": amount}, "amount"
    yield "POST", f"/invoices/{paid}/payments", {**payment, "amount": "-100.01"}, "amount"
    yield "POST", f"/invoices/{draft}/payments", payment, ""
    yield "PATCH", f"/invoices/{issued}", {"notes": "Changed."}, ""
    yield "PATCH", f"/invoices/{issued}", {"lines": []}, ""
    yield "DELETE", f"/invoices/{issued}", None, ""
    yield "POST", f"/invoices/{issued}/issue", {}, ""
    yield "POST", f"/invoices/{paid}/void", {"reason": "Wrong."}, ""
    yield from numbers("POST", f"/invoices/{issued}/credit-notes", {"reason": "Less."}, "amount")
    for amount in ("-1", "0", "100.01"):
        body = {"reason": "Less.", "amount": amount}
        yield "POST", f"/invoices/{issued}/credit-notes", body, "amount"


def test_bad_input_is_a_4xx_with_its_field_and_changes_nothing(
    api: Api, ok: Ok, make_client: Any, databases: Databases
) -> None:
    client, internal = make_client(client_code="ACM"), make_client(settings={"internal": True})
    project = _project(ok, client, "active")
    projects = (project, _project(ok, client, "completed"), _project(ok, internal, "active"))
    issued, draft, paid = (_invoice(ok, client) for _ in range(3))
    for invoice in (issued, paid):
        today = ok("POST", f"/invoices/{invoice}/issue", {})["issued_on"]
    ok("POST", f"/invoices/{paid}/payments", {"amount": "100", "paid_on": today})
    cases = [*all_of(client, internal, projects), *of_invoices(issued, draft, paid)]
    before = _counts(databases)
    passed = [case for case in cases if not _is_refused(api, *case)]
    assert passed == []
    assert _counts(databases) == before
    assert len(cases) > 250


def _is_refused(api: Api, method: str, path: str, body: Any, field: str) -> bool:
    """With the very field; a state that does not allow it is a conflict, of no field."""
    answer = api.owner.call(method, f"/v1{path}", body, If_Match="*")
    told: Any = answer.json if answer.data else {}
    if not field:
        return answer.status_code == 409 and bool(told["code"])
    named = {error["field"] for error in told.get("errors") or []}
    return answer.status_code == 422 and any(name.endswith(field) for name in named)


def _project(ok: Ok, client: str, status: str) -> str:
    body = {"name": "Line 4", "status": status}
    return str(ok("POST", f"/clients/{client}/projects", body)["id"])


def _invoice(ok: Ok, client: str) -> str:
    line = {"description": "Work", "quantity": "1", "unit_price": "100"}
    return str(ok("POST", f"/clients/{client}/invoices", {"lines": [line]})["id"])


def _counts(databases: Databases) -> dict[str, Any]:
    """Every table of the books as one hash, the log as its length."""
    with psycopg.connect(databases.url("clients")) as connection:
        return {
            name: connection.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"
            ).fetchone()
            for name in TABLES
        }
