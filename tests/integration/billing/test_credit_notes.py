"""Credit notes over HTTP: what they take off, under which number, and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.fixtures.databases import Databases
from tests.integration.billing.conftest import Answered, Call

Logged = Callable[..., list[dict[str, Any]]]
Make = Callable[..., dict[str, Any]]
Credit = Callable[..., Answered]

LINES = [
    {"description": "Design", "quantity": "10", "unit_price": "100.00", "tax_rate": "8"},
    {"description": "Travel", "quantity": "1", "unit_price": "50.00"},
]


@pytest.fixture
def credit(call: Call) -> Credit:
    """Credits an invoice."""

    def run(invoice: dict[str, Any], expect: int = 201, **body: Any) -> Answered:
        path = f"/v1/invoices/{invoice['id']}/credit-notes"
        found: Answered = call("POST", path, {"reason": "Agreed", **body}, expect=expect)
        return found

    return run


@pytest.fixture
def pay(call: Call) -> Callable[..., dict[str, Any]]:
    """Enters an amount against an invoice."""

    def run(invoice: dict[str, Any], amount: str, day: str = "") -> dict[str, Any]:
        body = {"amount": amount, "paid_on": day or invoice["issued_on"]}
        found: dict[str, Any] = call("POST", f"/v1/invoices/{invoice['id']}/payments", body).body
        return found

    return run


def test_a_line_is_credited_with_its_tax(call: Call, issued: Make, credit: Credit) -> None:
    invoice = issued(lines=LINES)
    line = invoice["lines"][0]["id"]
    made = credit(invoice, lines=[{"line_id": line, "amount": "200.00"}])
    assert made.etag == '"3"'
    note = made.body
    assert note["number"] == invoice["number"].replace("ACM-", "ACM-CN-")
    assert (note["subtotal"], note["tax"], note["total"]) == ("200.00", "16.00", "216.00")
    assert note["lines"] == [
        {
            "line_id": line,
            "description": "Design",
            "tax_rate": "8.00",
            "amount": "200.00",
            "tax": "16.00",
        }
    ]
    own = f"/v1/invoices/{invoice['id']}"
    whole = call("GET", own).body
    assert whole["credit_notes"] == [note]
    assert (whole["status"], whole["amount_credited"], whole["balance"]) == (
        "issued",
        "216.00",
        "914.00",
    )
    assert whole["total"] == invoice["total"]
    assert call("GET", f"{own}/credit-notes/{note['id']}").body == note
    call("GET", f"{own}/credit-notes/{uuid.uuid4()}", expect=404)


def test_an_amount_is_spread_over_the_tax_rates(issued: Make, credit: Credit) -> None:
    note = credit(issued(lines=LINES), amount="113.00").body
    assert [(row["tax_rate"], row["amount"], row["tax"]) for row in note["lines"]] == [
        ("0.00", "5.00", "0.00"),
        ("8.00", "100.00", "8.00"),
    ]
    assert [row["description"] for row in note["lines"]] == ["Untaxed", "Taxed at 8.00 %"]


def test_the_rest_is_credited_to_the_cent_and_nothing_after_it(
    call: Call, issued: Make, credit: Credit
) -> None:
    invoice = issued(lines=LINES, discount_percent="33.3333")
    for amount in ("0.01", "100.00", "33.33"):
        credit(invoice, amount=amount)
    credit(invoice, lines=[{"line_id": invoice["lines"][0]["id"], "amount": "1.11"}])
    credit(invoice)
    whole = call("GET", f"/v1/invoices/{invoice['id']}").body
    assert whole["amount_credited"] == whole["total"]
    assert (whole["balance"], whole["status"]) == ("0.00", "paid")
    again = credit(invoice, expect=409)
    assert again.body["code"] == "invoices.not_creditable"
    numbers = [note["number"][-4:] for note in whole["credit_notes"]]
    assert numbers == ["0001", "0002", "0003", "0004", "0005"]
    assert call("POST", f"/v1/invoices/{invoice['id']}/void", {"reason": "x"}, expect=409)


def test_what_was_paid_before_is_given_back_as_a_refund(
    issued: Make, credit: Credit, pay: Callable[..., dict[str, Any]]
) -> None:
    invoice = issued(lines=LINES)
    assert pay(invoice, "1130.00")["status"] == "paid"
    note = credit(invoice, amount="130.00").body
    refunded = pay(invoice, "-130.00", note["issued_on"])
    assert (refunded["status"], refunded["balance"]) == ("paid", "0.00")
    assert refunded["paid_on"] == invoice["issued_on"]
    reopened = pay(invoice, "-0.01")
    assert (reopened["status"], reopened["balance"]) == ("partially_paid", "0.01")
    assert reopened["paid_on"] is None


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"amount": "1130.01"}, "amount", "exceeds_invoice"),
        ({"amount": "0"}, "amount", "zero"),
        ({"amount": "-1"}, "amount", "too_small"),
        ({"amount": "1e2"}, "amount", "wrong_type"),
        ({"amount": "NaN"}, "amount", "wrong_type"),
        ({"amount": "0.001"}, "amount", "too_precise"),
        ({"reason": " "}, "reason", "too_short"),
        ({"lines": []}, "lines", "length"),
        ({"lines": [{"line_id": str(uuid.uuid4())}]}, "lines[0].line_id", "unknown_line"),
        ({"lines": ["first", "first"]}, "lines[1].line_id", "unknown_line"),
        ({"lines": [("first", "1000.01")]}, "lines[0].amount", "exceeds_line"),
        ({"lines": [("first", "0.001")]}, "lines[0].amount", "too_precise"),
        ({"lines": ["first"], "amount": "1"}, "amount", "both"),
    ],
)
def test_a_wrong_credit_is_named_and_changes_nothing(
    call: Call,
    issued: Make,
    credit: Credit,
    logged: Logged,
    body: dict[str, Any],
    field: str,
    code: str,
) -> None:
    invoice = issued(lines=LINES)
    sent = {**body}
    if "lines" in body:
        sent["lines"] = [_line(invoice, each) for each in body["lines"]]
    refused = credit(invoice, expect=422, **sent)
    assert (field, code) in {(e["field"], e["code"]) for e in refused.body["errors"]}
    assert call("GET", f"/v1/invoices/{invoice['id']}").body == invoice
    assert len(logged(f"invoice/{invoice['id']}")) == 2


def _line(invoice: dict[str, Any], each: Any) -> Any:
    first = invoice["lines"][0]["id"]
    if each == "first":
        return {"line_id": first}
    return {"line_id": first, "amount": each[1]} if isinstance(each, tuple) else each


def test_a_line_is_not_credited_twice_nor_past_what_an_amount_has_left(
    issued: Make, credit: Credit
) -> None:
    invoice = issued(lines=LINES)
    design, travel = (line["id"] for line in invoice["lines"])
    credit(invoice, lines=[{"line_id": travel}])
    credit(invoice, amount="540.00")
    refused = credit(invoice, expect=422, lines=[{"line_id": travel}, {"line_id": design}])
    assert [e["field"] for e in refused.body["errors"]] == ["lines[0].amount"]
    rest = credit(invoice, lines=[{"line_id": design}]).body
    assert (rest["subtotal"], rest["tax"]) == ("500.00", "40.00")


def test_lines_below_zero_leave_no_more_than_the_total(issued: Make, credit: Credit) -> None:
    less = {"description": "Goodwill", "quantity": "1", "unit_price": "-100.00"}
    invoice = issued(lines=[*LINES[:1], less])
    design, goodwill = (line["id"] for line in invoice["lines"])
    refused = credit(invoice, expect=422, lines=[{"line_id": design}])
    assert [(e["field"], e["code"]) for e in refused.body["errors"]] == [
        ("lines", "exceeds_invoice")
    ]
    credit(invoice, expect=422, lines=[{"line_id": goodwill}])
    assert credit(invoice).body["total"] == invoice["total"]


def test_only_what_was_issued_is_credited(call: Call, draft: Make, credit: Credit) -> None:
    made = draft()
    assert credit(made, expect=409).body["code"] == "invoices.not_creditable"
    call("POST", f"/v1/invoices/{made['id']}/void", {"reason": "Not needed"})
    credit(made, expect=409)


def test_a_credit_note_is_an_event_of_its_invoice(
    issued: Make, credit: Credit, logged: Logged
) -> None:
    invoice = issued(lines=LINES)
    note = credit(invoice, amount="1130.00", reason="Cancelled").body
    event = logged(f"invoice/{invoice['id']}")[-1]
    assert event["type"] == "clients.invoice.credited.v1"
    shown = {**event["data"]["credit_note"]}
    assert {name: note[name] for name in shown} == shown
    assert event["data"]["reason"] == "Cancelled"
    assert event["data"]["invoice"]["amount_credited"] == "1130.00"
    assert event["data"]["changes"] == [
        {"field": "status", "before": "issued", "after": "paid"},
        {"field": "amount_credited", "before": "0.00", "after": "1130.00"},
    ]


def test_the_same_credit_note_sent_twice_is_one(call: Call, issued: Make, credit: Credit) -> None:
    invoice = issued(lines=LINES)
    path = f"/v1/invoices/{invoice['id']}/credit-notes"
    body = {"reason": "Agreed", "amount": "10"}
    first, second = (
        call("POST", path, body, expect=201, **{"Idempotency-Key": "once"}).body for _ in range(2)
    )
    assert first == second
    assert call("GET", f"/v1/invoices/{invoice['id']}").body["amount_credited"] == "10.00"


def test_the_database_refuses_credits_beyond_the_invoice(
    issued: Make, databases: Databases
) -> None:
    invoice = issued()
    with (
        psycopg.connect(databases.url("clients")) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(
            "UPDATE invoices SET amount_credited = total + 1 WHERE id = %s", [invoice["id"]]
        )
