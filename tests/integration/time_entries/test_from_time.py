"""Invoices from time (B3, B6): every hour on exactly one, whatever runs at once (P6)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from shared.security.permissions import INVOICES_CREATE
from tests.fixtures.api import Api
from tests.fixtures.databases import Databases
from tests.integration.time_entries.conftest import Ok, hours_of

NOVEMBER = {"period_start": "2026-11-01", "period_end": "2026-11-30"}


@pytest.fixture
def bill(ok: Ok, client_id: str) -> Callable[..., Any]:
    """Makes a draft from the client's time of November."""

    def run(**more: Any) -> Any:
        return ok("POST", f"/clients/{client_id}/invoices/from-time", {**NOVEMBER, **more})

    return run


def enter(ok: Ok, project_id: str, *hours: str, **more: Any) -> list[Any]:
    """Hours of Ana, each on a day of its own from the 2nd of November on."""
    return [
        ok("POST", "/time-entries", hours_of(project_id, each, date=f"2026-11-{n:02}") | more)
        for n, each in enumerate(hours, start=2)
    ]


def billed_on(ok: Ok, entry: Any) -> Any:
    """The invoice that an entry stands on."""
    return ok("GET", f"/time-entries/{entry['id']}")["invoice_id"]


def test_hours_become_lines_by_project_position_rate_and_kind(
    ok: Ok, client_id: str, project_id: str, make_project: Any, bill: Any
) -> None:
    ok("POST", f"/clients/{client_id}/rates", {"position": "Advisor", "regular_rate": "80.125"})
    other = make_project(client_id, name="Audit")
    enter(ok, project_id, "7.5", "0.25", position="ENGINEER")
    late = enter(ok, project_id, "2", overtime=True, date="2026-10-05")
    enter(ok, other, "1", position="Advisor")
    enter(ok, other, "3")
    after = enter(ok, other, "9", date="2026-12-01")
    invoice = bill()
    assert (invoice["status"], invoice["number"], invoice["currency"]) == ("draft", None, "USD")
    assert (invoice["period_start"], invoice["period_end"]) == ("2026-11-01", "2026-11-30")
    told = [
        (line["description"], line["kind"], line["quantity"], line["unit_price"], line["amount"])
        for line in invoice["lines"]
    ]
    assert told == [
        ("Audit: Advisor", "regular", "1.00", "80.125", "80.13"),
        ("Audit: Engineer", "regular", "3.00", "100.00", "300.00"),
        ("Line 4 retrofit: Engineer", "regular", "7.75", "100.00", "775.00"),
        ("Line 4 retrofit: Engineer, overtime", "overtime", "2.00", "150.00", "300.00"),
    ]
    assert all(line["rate_id"] and line["explanation"] for line in invoice["lines"])
    assert invoice["total"] == "1455.13"
    assert billed_on(ok, late[0]) == invoice["id"]
    assert billed_on(ok, after[0]) is None


def test_rates_that_change_make_lines_of_their_own(
    ok: Ok, make_client: Any, make_project: Any
) -> None:
    client_id = make_client()
    rate = ok("GET", f"/clients/{client_id}")["rates"][0]["id"]
    ok("PATCH", f"/clients/{client_id}/rates/{rate}", {"valid_until": "2026-11-03"})
    dearer = {"position": "Engineer", "regular_rate": "120", "valid_from": "2026-11-04"}
    ok("POST", f"/clients/{client_id}/rates", dearer)
    unrelated = {"position": "Advisor", "regular_rate": "1", "valid_from": "2026-11-05"}
    ok("POST", f"/clients/{client_id}/rates", unrelated)
    enter(ok, make_project(client_id), "1", "1", "1", "1")
    invoice = ok("POST", f"/clients/{client_id}/invoices/from-time", NOVEMBER)
    told = [(line["quantity"], line["unit_price"]) for line in invoice["lines"]]
    assert sorted(told) == [("2.00", "100.00"), ("2.00", "120.00")]
    price = ok("GET", f"/clients/{client_id}")["rates"][1]["id"]
    ok("PATCH", f"/clients/{client_id}/rates/{price}", {"regular_rate": "999"})
    assert ok("GET", f"/invoices/{invoice['id']}") == invoice


def test_a_draft_has_one_currency_and_leaves_the_others(
    ok: Ok, refused: Ok, client_id: str, project_id: str, bill: Any
) -> None:
    euros = {"position": "Advisor", "regular_rate": "80", "currency": "EUR"}
    ok("POST", f"/clients/{client_id}/rates", euros)
    enter(ok, project_id, "1")
    enter(ok, project_id, "2", position="Advisor")
    path = f"/clients/{client_id}/invoices/from-time"
    nothing = refused("POST", path, {**NOVEMBER, "currency": "JPY"})
    assert nothing[:2] == (409, "invoices.nothing_to_bill")
    assert (bill()["total"], bill()["currency"]) == ("100.00", "EUR")
    assert refused("POST", path, NOVEMBER)[:2] == (409, "invoices.nothing_to_bill")


def test_time_without_a_rate_is_named_and_not_lost(
    ok: Ok, refused: Ok, client_id: str, project_id: str, bill: Any
) -> None:
    known = enter(ok, project_id, "1")
    unknown = enter(ok, project_id, "2", position="Juggler")
    path = f"/clients/{client_id}/invoices/from-time"
    answer = refused("POST", path, NOVEMBER)
    assert answer == (409, "invoices.no_rate", {"rates": "no_position"})
    assert billed_on(ok, known[0]) is None
    ok("POST", f"/clients/{client_id}/rates", {"position": "Juggler", "regular_rate": "5"})
    assert bill()["total"] == "110.00"
    assert billed_on(ok, unknown[0]) is not None


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"period_start": "required", "period_end": "required"}),
        ({**NOVEMBER, "period_start": "2026-12-01"}, {"period_end": "before_start"}),
        ({**NOVEMBER, "currency": "XXX"}, {"currency": "unknown_currency"}),
        ({**NOVEMBER, "lines": []}, {"lines": "unknown_field"}),
    ],
)
def test_a_wrong_period_is_named(
    refused: Ok, client_id: str, body: dict[str, Any], wrong: dict[str, str]
) -> None:
    answer = refused("POST", f"/clients/{client_id}/invoices/from-time", body)
    assert (answer[0], answer[2]) == (422, wrong)


def test_the_internal_client_is_never_billed_for_time_from_before_it_was_internal(
    ok: Ok, refused: Ok, client_id: str, project_id: str
) -> None:
    enter(ok, project_id, "1")
    ok("PATCH", f"/clients/{client_id}", {"settings": {"internal": True}}, If_Match="*")
    answer = refused("POST", f"/clients/{client_id}/invoices/from-time", NOVEMBER)
    assert answer[:2] == (409, "billing.internal_client")


def test_a_draft_that_is_deleted_or_void_gives_its_time_back(
    ok: Ok, project_id: str, bill: Any, events: Any
) -> None:
    entry = enter(ok, project_id, "1")[0]
    first = bill()
    ok("DELETE", f"/invoices/{first['id']}")
    assert billed_on(ok, entry) is None
    second = bill()
    ok("POST", f"/invoices/{second['id']}/issue", {})
    ok("POST", f"/invoices/{second['id']}/void", {"reason": "Wrong month"})
    assert billed_on(ok, entry) is None
    assert bill()["total"] == "100.00"
    for invoice, hours in ((first, (True, True)), (second, (True, False, True))):
        told = [data for _, data in events(f"invoice/{invoice['id']}")]
        assert [_hours(data) == "1.00" for data in told] == list(hours)


def _hours(data: dict[str, Any]) -> str | None:
    """The time that an invoice took, or gave back."""
    return data.get("billed_hours") or data.get("unbilled_hours")


def test_time_whose_lines_are_taken_off_a_draft_is_unbilled(
    ok: Ok, project_id: str, bill: Any, events: Any
) -> None:
    plain = enter(ok, project_id, "1")[0]
    both = enter(ok, project_id, "2", overtime=True)[0]
    draft = bill()
    names = ("id", "description", "quantity", "unit_price", "tax_rate")
    overtime = [line for line in draft["lines"] if line["kind"] == "overtime"]
    kept = [{name: line[name] for name in names} for line in overtime]
    ok("PATCH", f"/invoices/{draft['id']}", {"lines": kept}, If_Match='"1"')
    assert billed_on(ok, plain) is None
    assert billed_on(ok, both) == draft["id"]
    (_, created), (_, updated) = events(f"invoice/{draft['id']}")
    assert (created["billed_hours"], updated["unbilled_hours"]) == ("3.00", "1.00")
    assert bill()["total"] == "100.00"


def test_lines_that_share_the_hours_of_an_entry_are_left_out_together_or_not_at_all(
    ok: Ok, refused: Ok, project_id: str, bill: Any
) -> None:
    ok("PATCH", "/workspace", {"split_overtime": True})
    long = enter(ok, project_id, "10")[0]
    draft = bill()
    names = ("id", "description", "quantity", "unit_price", "tax_rate")
    kept = [{name: line[name] for name in names} for line in draft["lines"]]
    assert [line["quantity"] for line in kept] == ["8.00", "2.00"]
    for lines in (kept[:1], kept[1:]):
        answer = refused("PATCH", f"/invoices/{draft['id']}", {"lines": lines}, If_Match='"1"')
        assert answer == (422, "invalid", {"lines": "splits_time"})
    ok("PATCH", f"/invoices/{draft['id']}", {"lines": []}, If_Match='"1"')
    assert billed_on(ok, long) is None
    assert bill()["total"] == draft["total"]


def test_three_callers_at_once_bill_every_hour_exactly_once(
    api: Api, ok: Ok, client_id: str, make_project: Any, databases: Databases
) -> None:
    projects = [make_project(client_id, name=f"Project {number}") for number in range(3)]
    people = [f"Person {number}" for number in range(8)]
    path = f"/v1/clients/{client_id}/invoices/from-time"

    def work(person: str) -> None:
        for day in range(1, 11):
            for project in projects:
                body = hours_of(project, "2.25", person=person, date=f"2026-11-{day:02}")
                answer = api.owner.call("POST", "/v1/time-entries", body)
                assert answer.status_code == 201, answer.text

    def bill(_: int) -> list[Any]:
        made = []
        for _ in range(6):
            answer = api.owner.call("POST", path, NOVEMBER)
            assert answer.status_code in {201, 409}, answer.text
            if answer.status_code == 201:
                made.append(answer.json)
        return made

    with ThreadPoolExecutor(len(people) + 3) as pool:
        entering = [pool.submit(work, person) for person in people]
        billing = [pool.submit(bill, number) for number in range(3)]
        for each in entering:
            each.result()
        invoices = [invoice for each in billing for invoice in each.result()]
    last = api.owner.call("POST", path, NOVEMBER)
    invoices += [last.json] if last.status_code == 201 else []
    entered = Decimal("2.25") * len(people) * 10 * len(projects)
    on_lines = sum(Decimal(line["quantity"]) for each in invoices for line in each["lines"])
    assert on_lines == entered
    with psycopg.connect(databases.url("clients")) as connection:
        rows = connection.execute(
            "SELECT invoice_id, sum(hours) FROM time_entries GROUP BY invoice_id"
        ).fetchall()
    by_invoice = {
        uuid.UUID(each["id"]): sum(Decimal(line["quantity"]) for line in each["lines"])
        for each in invoices
    }
    assert dict(rows) == by_invoice


def test_who_may_make_invoices_and_not_view_them_sees_neither_hours_nor_amounts(
    api: Api, ok: Ok, client_id: str, project_id: str
) -> None:
    enter(ok, project_id, "8")
    path = f"/v1/clients/{client_id}/invoices/from-time"
    maker = api.with_permissions(frozenset({INVOICES_CREATE}))
    made: Any = maker.call("POST", path, NOVEMBER)
    assert (made.status_code, made.json.keys()) == (201, {"id", "version"})
    assert ok("GET", f"/invoices/{made.json['id']}")["total"] == "800.00"
