"""Payments, refunds and voids: entries against an issued invoice, never edits of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from tests.fixtures.databases import Databases
from tests.integration.billing.conftest import Answered, Call

Logged = Callable[..., list[dict[str, Any]]]
Make = Callable[..., dict[str, Any]]
Pay = Callable[..., Answered]


@pytest.fixture
def pay(call: Call) -> Pay:
    """Enters an amount against an invoice."""

    def run(invoice: dict[str, Any], amount: str, expect: int = 200, **more: Any) -> Answered:
        body = {"amount": amount, "paid_on": invoice["issued_on"] or "2026-11-23", **more}
        found: Answered = call(
            "POST", f"/v1/invoices/{invoice['id']}/payments", body, expect=expect
        )
        return found

    return run


def state(answer: Answered) -> tuple[str, str, str]:
    """Status, amount paid and balance."""
    body = answer.body
    return body["status"], body["amount_paid"], body["balance"]


def test_payments_and_refunds_move_the_status(issued: Make, pay: Pay) -> None:
    invoice = issued()
    assert state(pay(invoice, "1000")) == ("partially_paid", "1000.00", "296.00")
    assert state(pay(invoice, "296.00")) == ("paid", "1296.00", "0.00")
    assert state(pay(invoice, "-0.01")) == ("partially_paid", "1295.99", "0.01")
    last = pay(invoice, "-1295.99")
    assert state(last) == ("issued", "0.00", "1296.00")
    assert [entry["amount"] for entry in last.body["payments"]] == [
        "1000.00",
        "296.00",
        "-0.01",
        "-1295.99",
    ]
    assert last.etag == '"6"'
    assert last.body["total"] == invoice["total"]


def test_the_day_of_payment_is_when_all_was_paid_in_whatever_order_it_is_entered(
    issued: Make, pay: Pay
) -> None:
    first, second = issued(), issued()
    day = first["issued_on"]
    after = (date.fromisoformat(day) + timedelta(days=30)).isoformat()
    pay(first, "1000", paid_on=day)
    pay(second, "296", paid_on=after)
    in_order = pay(first, "296", paid_on=after)
    late = pay(second, "1000", paid_on=day)
    assert (in_order.body["paid_on"], late.body["paid_on"]) == (after, after)


def test_every_entry_is_an_event(issued: Make, pay: Pay, logged: Logged) -> None:
    invoice = issued()
    pay(invoice, "1296.00", method="wire", reference="2026-11-A")
    event = logged(f"invoice/{invoice['id']}")[-1]
    assert event["type"] == "clients.invoice.payment_recorded.v1"
    assert event["data"]["payment"] | {"id": None} == {
        "id": None,
        "amount": "1296.00",
        "paid_on": invoice["issued_on"],
        "method": "wire",
        "reference": "2026-11-A",
    }
    assert event["data"]["changes"] == [
        {"field": "status", "before": "issued", "after": "paid"},
        {"field": "amount_paid", "before": "0.00", "after": "1296.00"},
    ]
    assert event["data"]["invoice"]["status"] == "paid"


@pytest.mark.parametrize(
    ("amount", "code"),
    [("1296.01", "exceeds_balance"), ("-0.01", "exceeds_payments"), ("0.001", "too_precise")],
)
def test_amount_beyond_what_is_open_or_paid_is_refused(
    issued: Make, pay: Pay, logged: Logged, amount: str, code: str
) -> None:
    invoice = issued()
    wrong = pay(invoice, amount, expect=422)
    assert [(e["field"], e["code"]) for e in wrong.body["errors"]] == [("amount", code)]
    assert len(logged(f"invoice/{invoice['id']}")) == 2


def test_draft_takes_no_payment(draft: Make, pay: Pay) -> None:
    assert pay(draft(), "1", expect=409).body["code"] == "invoices.not_payable"


def test_invoice_over_nothing_is_paid_when_it_is_issued(issued: Make, pay: Pay) -> None:
    free = {"description": "Goodwill", "quantity": "1", "unit_price": "0"}
    invoice = issued(lines=[free])
    assert (invoice["status"], invoice["total"]) == ("paid", "0.00")
    assert pay(invoice, "1", expect=422).body["errors"][0]["code"] == "exceeds_balance"


def test_void_keeps_the_number_and_takes_no_payment(
    call: Call, issued: Make, pay: Pay, logged: Logged
) -> None:
    invoice = issued()
    own = f"/v1/invoices/{invoice['id']}"
    void = call("POST", f"{own}/void", {"reason": "Wrong company"}).body
    assert (void["status"], void["void_reason"]) == ("void", "Wrong company")
    assert void["number"] == invoice["number"]
    assert issued()["number"].endswith("-0002")
    event = logged(f"invoice/{invoice['id']}")[-1]
    assert (event["type"], event["data"]["reason"]) == (
        "clients.invoice.voided.v1",
        "Wrong company",
    )
    assert pay(invoice, "1", expect=409).body["code"] == "invoices.not_payable"
    again = call("POST", f"{own}/void", {"reason": "Again"}, expect=409)
    assert again.body["code"] == "invoices.not_voidable"
    call("POST", f"{own}/issue", {}, expect=409)


def test_paid_invoice_is_refunded_before_it_is_void(call: Call, issued: Make, pay: Pay) -> None:
    invoice = issued()
    own = f"/v1/invoices/{invoice['id']}"
    pay(invoice, "1296.00")
    refused = call("POST", f"{own}/void", {"reason": "Wrong"}, expect=409)
    assert refused.body["code"] == "invoices.not_voidable"
    pay(invoice, "-1296.00")
    call("POST", f"{own}/void", {"reason": "Wrong"})


def test_draft_can_be_discarded_as_void_and_takes_no_number(
    call: Call, draft: Make, issued: Make
) -> None:
    void = call("POST", f"/v1/invoices/{draft()['id']}/void", {"reason": "Not needed"}).body
    assert (void["status"], void["number"]) == ("void", None)
    assert issued()["number"].endswith("-0001")


def test_overdue_is_derived_from_the_due_date(call: Call, issued: Make, pay: Pay) -> None:
    late, later = issued(due_on="2026-01-01"), issued(due_on="2999-01-01")
    assert (late["overdue"], later["overdue"]) == (True, False)
    assert pay(late, "1296").body["overdue"] is False


def test_database_refuses_books_that_do_not_add_up(issued: Make, databases: Databases) -> None:
    invoice = issued()
    for broken in ("amount_paid = total + 1", "total = total + 1", "number = NULL"):
        with (
            psycopg.connect(databases.url("clients")) as connection,
            pytest.raises(psycopg.errors.CheckViolation),
        ):
            connection.execute(f"UPDATE invoices SET {broken} WHERE id = %s", [invoice["id"]])
