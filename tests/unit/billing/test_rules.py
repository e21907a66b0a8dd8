"""Rules over several fields, and what changed between two states."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.clients.billing.errors import BillingInvalid
from services.clients.billing.models import Invoice, InvoiceLine
from services.clients.billing.operations import checks
from shared.messaging.changes import changes_between

#: Since when the client is known.
FIRST = date(2026, 1, 1)


def refused(check: Any, *args: Any) -> dict[str, str]:
    """Each field that the check refuses, with its code."""
    try:
        check(*args)
    except BillingInvalid as error:
        return {entry.field: entry.code for entry in error.errors}
    return {}


def invoice(**changes: Any) -> Invoice:
    """An invoice over 100.00 of which 40.00 is paid, changed."""
    values = {
        "status": "partially_paid",
        "currency": "USD",
        "subtotal": Decimal("100.00"),
        "tax": Decimal("0.00"),
        "total": Decimal("100.00"),
        "amount_paid": Decimal("40.00"),
        "amount_credited": Decimal(0),
        "discount": Decimal(0),
        "lines": [],
    }
    return Invoice(**{**values, **changes})


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("60.00", None),
        ("60.01", "exceeds_balance"),
        ("-40.00", None),
        ("-40.01", "exceeds_payments"),
        ("1.005", "too_precise"),
    ],
)
def test_payment_stays_between_nothing_and_the_total(amount: str, code: str | None) -> None:
    expected = {} if code is None else {"amount": code}
    body = {"amount": Decimal(amount), "paid_on": FIRST}
    assert refused(checks.check_payment, invoice(), body, FIRST, FIRST) == expected


@pytest.mark.parametrize(
    ("paid_on", "code"),
    [
        ("2025-12-31", "too_early"),
        ("2026-01-01", None),
        ("2028-12-31", None),
        ("2029-01-02", "too_late"),
        ("9999-12-31", "too_late"),
        ("0001-01-01", "too_early"),
    ],
)
def test_a_payment_is_of_the_time_of_its_client(paid_on: str, code: str | None) -> None:
    body = {"amount": Decimal(1), "paid_on": date.fromisoformat(paid_on)}
    expected = {} if code is None else {"paid_on": code}
    today = date(2028, 1, 1)
    assert refused(checks.check_payment, invoice(), body, FIRST, today) == expected


@pytest.mark.parametrize(
    ("paid_on", "expected"), [("2010-01-01", {}), ("2009-12-31", {"paid_on": "too_early"})]
)
def test_an_invoice_of_books_brought_along_says_how_old_its_client_is(
    paid_on: str, expected: dict[str, str]
) -> None:
    older = invoice(issued_on=date(2010, 1, 1))
    body = {"amount": Decimal(1), "paid_on": date.fromisoformat(paid_on)}
    assert refused(checks.check_payment, older, body, FIRST, FIRST) == expected


@pytest.mark.parametrize(
    ("paid", "status"), [("0.00", "issued"), ("0.01", "partially_paid"), ("100.00", "paid")]
)
def test_status_follows_what_was_paid(paid: str, status: str) -> None:
    assert invoice(amount_paid=Decimal(paid)).settled_status() == status


@pytest.mark.parametrize(
    ("paid", "credited", "status", "balance"),
    [
        ("0.00", "30.00", "issued", "70.00"),
        ("70.00", "30.00", "paid", "0.00"),
        ("100.00", "30.00", "paid", "-30.00"),
        ("0.00", "100.00", "paid", "0.00"),
    ],
)
def test_credit_notes_settle_an_invoice_as_payments_do(
    paid: str, credited: str, status: str, balance: str
) -> None:
    found = invoice(amount_paid=Decimal(paid), amount_credited=Decimal(credited))
    assert (found.settled_status(), found.balance) == (status, Decimal(balance))


def test_a_discount_is_a_percentage_or_an_amount_and_no_more_than_the_lines() -> None:
    both = invoice(discount_percent=Decimal(5), discount_amount=Decimal(5), discount=Decimal(5))
    assert refused(checks.check_invoice, both) == {"discount_amount": "both"}
    beyond = invoice(discount_amount=Decimal("100.01"), discount=Decimal("100.01"))
    assert refused(checks.check_invoice, beyond) == {"discount_amount": "exceeds_subtotal"}
    precise = invoice(discount_amount=Decimal("0.001"), discount=Decimal("0.001"))
    assert refused(checks.check_invoice, precise) == {"discount_amount": "too_precise"}


def test_invoice_over_nothing_is_paid_at_once() -> None:
    nothing = invoice(total=Decimal("0.00"), amount_paid=Decimal(0))
    assert nothing.settled_status() == "paid"


@pytest.mark.parametrize(
    ("status", "due_on", "overdue"),
    [
        ("issued", date(2026, 11, 22), True),
        ("partially_paid", date(2026, 11, 22), True),
        ("issued", date(2026, 11, 23), False),
        ("issued", None, False),
        ("paid", date(2026, 11, 22), False),
        ("draft", date(2026, 11, 22), False),
        ("void", date(2026, 11, 22), False),
    ],
)
def test_overdue_is_an_open_invoice_after_its_due_date(
    status: str, due_on: date | None, overdue: bool
) -> None:
    found = invoice(status=status, due_on=due_on).is_overdue(date(2026, 11, 23))
    assert found is overdue


def test_period_has_both_ends_in_order() -> None:
    start, end = date(2026, 11, 1), date(2026, 10, 31)
    half = invoice(period_start=start, period_end=None)
    turned = invoice(period_start=start, period_end=end)
    assert refused(checks.check_invoice, half) == {"period_end": "required"}
    assert refused(checks.check_invoice, turned) == {"period_end": "before_start"}


def test_total_below_zero_and_sums_beyond_the_columns_are_refused() -> None:
    below = invoice(subtotal=Decimal(-1), total=Decimal(-1))
    beyond = invoice(lines=[InvoiceLine(amount=Decimal(10) ** 12)], total=Decimal(10) ** 12)
    assert refused(checks.check_invoice, below) == {"lines": "negative_total"}
    assert refused(checks.check_invoice, beyond) == {
        "lines[0]": "too_large",
        "lines": "too_large",
    }


def test_line_ids_are_known_and_stand_once() -> None:
    known, unknown = uuid.uuid4(), uuid.uuid4()
    found = refused(checks.check_line_ids, [None, known, unknown, known], {known})
    assert found == {"lines[2].id": "unknown_line", "lines[3].id": "unknown_line"}


def test_difference_names_what_changed_and_shortens_a_long_text_before() -> None:
    before = {"notes": "x" * 1001, "due_on": None, "currency": "USD"}
    after = {"notes": "short", "due_on": None, "currency": "EUR"}
    changes = changes_between(before, after)
    assert [change["field"] for change in changes] == ["notes", "currency"]
    assert changes[0]["before"]["length"] == 1001
    assert len(changes[0]["before"]["sha256"]) == 64
    assert changes[0]["after"] == "short"
    assert changes[1] == {"field": "currency", "before": "USD", "after": "EUR"}


def test_difference_of_equals_is_nothing() -> None:
    assert changes_between({"a": "1.00"}, {"a": "1.00"}) == []
