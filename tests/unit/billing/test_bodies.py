"""What the billing routes accept, and what they say about the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from services.clients.billing.schemas.bodies import (
    InvoiceBody,
    InvoiceChanges,
    PaymentBody,
    VoidBody,
)
from shared.http.schemas import field_errors


def wrong(schema: type[Schema], body: Any) -> dict[str, str]:
    """Each wrong field with its code."""
    try:
        schema().load(body)
    except ValidationError as error:
        return {entry.field: entry.code for entry in field_errors(error.messages)}
    return {}


def line(**changes: Any) -> dict[str, Any]:
    """A valid line, changed."""
    return {"description": "Design", "quantity": "1.5", "unit_price": "120.00", **changes}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "1.005"}, "too_precise"),
        ({"quantity": "-1"}, "too_small"),
        ({"quantity": "1000000"}, "too_large"),
        ({"quantity": "1e3"}, "wrong_type"),
        ({"quantity": True}, "wrong_type"),
        ({"quantity": "NaN"}, "wrong_type"),
        ({"quantity": "٣"}, "wrong_type"),
        ({"quantity": ["1"]}, "wrong_type"),
        ({"quantity": None}, "null"),
        ({"unit_price": "0.00001"}, "too_precise"),
        ({"unit_price": "9" * 40}, "wrong_type"),
        ({"tax_rate": "100.01"}, "too_large"),
        ({"tax_rate": "-1"}, "too_small"),
        ({"description": "  "}, "too_short"),
        ({"description": "x" * 1001}, "too_long"),
        ({"rate_id": None}, "unknown_field"),
    ],
)
def test_wrong_line_is_named_by_its_place(change: dict[str, Any], code: str) -> None:
    body = {"lines": [line(), line(**change)]}
    assert wrong(InvoiceBody, body) == {f"lines[1].{next(iter(change))}": code}


def test_every_wrong_field_is_named_at_once() -> None:
    body = {
        "currency": "XAU",
        "due_on": "tomorrow",
        "lines": [line(quantity="x"), {"description": "No price"}],
        "total": "5.00",
    }
    assert wrong(InvoiceBody, body) == {
        "currency": "unknown_currency",
        "due_on": "wrong_type",
        "lines[0].quantity": "wrong_type",
        "lines[1].quantity": "required",
        "lines[1].unit_price": "required",
        "total": "unknown_field",
    }


def test_five_hundred_lines_are_taken_and_one_more_is_not() -> None:
    assert wrong(InvoiceBody, {"lines": [line()] * 500}) == {}
    assert wrong(InvoiceBody, {"lines": [line()] * 501}) == {"lines": "too_long"}


@pytest.mark.parametrize("value", ["12.5", 12.5, "12.50"])
def test_decimals_are_read_from_strings_and_from_numbers(value: Any) -> None:
    loaded = InvoiceChanges().load({"lines": [line(quantity=value)]})
    assert loaded["lines"][0]["quantity"] == Decimal("12.5")


def test_minus_zero_is_zero() -> None:
    loaded = InvoiceChanges().load({"lines": [line(unit_price="-0.00")]})
    assert str(loaded["lines"][0]["unit_price"]) == "0.00"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"amount": "0.00", "paid_on": "2026-11-23"}, {"amount": "zero"}),
        ({"amount": "10"}, {"paid_on": "required"}),
        ({"amount": "10", "paid_on": "2026-02-30"}, {"paid_on": "wrong_type"}),
        ({"amount": "-10.00", "paid_on": "2026-11-23"}, {}),
    ],
)
def test_payment_has_a_date_and_is_not_zero(body: Any, expected: dict[str, str]) -> None:
    assert wrong(PaymentBody, body) == expected


def test_reason_to_void_is_required_and_trimmed() -> None:
    assert wrong(VoidBody, {}) == {"reason": "required"}
    assert wrong(VoidBody, {"reason": "   "}) == {"reason": "too_short"}
    assert VoidBody().load({"reason": " Wrong company "}) == {"reason": "Wrong company"}
