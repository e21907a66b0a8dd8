"""Drafts: discounts, terms, the issuer that is frozen, lines of time, and their deletion."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.clients.billing.operations import drafts
from services.clients.billing.operations.drafts import RatedLine
from services.clients.records.operations.updating import update_client
from services.clients.records.queries.clients import get_client, lock_client
from services.clients.records.rules import pricing
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.integration.billing.conftest import Call

Logged = Callable[..., list[dict[str, Any]]]
Make = Callable[..., dict[str, Any]]

TWO = [
    {"description": "Design", "quantity": "1", "unit_price": "100.00", "tax_rate": "10"},
    {"description": "Travel", "quantity": "1", "unit_price": "50.00"},
]


def test_a_discount_is_taken_off_before_tax(draft: Make) -> None:
    made = draft(lines=TWO, discount_percent="10")
    assert (made["discount_percent"], made["discount_amount"], made["discount"]) == (
        "10.00",
        None,
        "15.00",
    )
    assert (made["subtotal"], made["tax"], made["total"]) == ("150.00", "9.00", "144.00")
    assert made["taxes"] == [{"rate": "10.00", "base": "90.00", "amount": "9.00"}]


def test_a_discount_is_changed_and_taken_away(call: Call, draft: Make, logged: Logged) -> None:
    made = draft(lines=TWO, discount_percent="10")
    own = f"/v1/invoices/{made['id']}"
    changed = {"discount_percent": None, "discount_amount": "30"}
    assert call("PATCH", own, changed, if_match=1).body["total"] == "128.00"
    event = logged(f"invoice/{made['id']}")[-1]
    assert event["data"]["invoice"]["discount"] == "30.00"
    assert [change["field"] for change in event["data"]["changes"]] == [
        "total",
        "discount_percent",
        "discount_amount",
    ]
    assert call("PATCH", own, {"discount_amount": None}, if_match=2).body["total"] == "160.00"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"discount_percent": "100.01"}, "discount_percent", "too_large"),
        ({"discount_percent": "-1"}, "discount_percent", "too_small"),
        ({"discount_percent": "NaN"}, "discount_percent", "wrong_type"),
        ({"discount_amount": "Infinity"}, "discount_amount", "wrong_type"),
        ({"discount_amount": "1e2"}, "discount_amount", "wrong_type"),
        ({"discount_amount": "0.001"}, "discount_amount", "too_precise"),
        ({"discount_amount": "150.01"}, "discount_amount", "exceeds_subtotal"),
        ({"discount_amount": "1", "discount_percent": "1"}, "discount_amount", "both"),
        ({"purchase_order": "x" * 101}, "purchase_order", "too_long"),
        ({"terms": "x" * 2001}, "terms", "too_long"),
        ({"lines": [TWO[0]] * 501}, "lines", "too_long"),
        ({"lines": [{**TWO[0], "unit_price": "Infinity"}]}, "lines[0].unit_price", "wrong_type"),
        ({"lines": [{**TWO[0], "quantity": "1e1"}]}, "lines[0].quantity", "wrong_type"),
        ({"lines": [{**TWO[0], "quantity": "1.001"}]}, "lines[0].quantity", "too_precise"),
        ({"lines": [{**TWO[0], "kind": "regular"}]}, "lines[0].kind", "unknown_field"),
        ({"period_start": "2026-11-30", "period_end": "2026-11-01"}, "period_end", "before_start"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_made(
    call: Call,
    client_id: uuid.UUID,
    logged: Logged,
    body: dict[str, Any],
    field: str,
    code: str,
) -> None:
    path = f"/v1/clients/{client_id}/invoices"
    refused = call("POST", path, {"lines": TWO, **body}, expect=422).body
    assert (field, code) in {(e["field"], e["code"]) for e in refused["errors"]}
    assert logged("invoice/") == []


def test_five_hundred_lines_are_the_most(draft: Make) -> None:
    made = draft(lines=[TWO[0]] * 500)
    assert (len(made["lines"]), made["total"]) == (500, "55000.00")


def test_the_workspace_gives_its_terms_to_drafts_that_have_none(
    draft: Make, set_workspace: Callable[..., None]
) -> None:
    set_workspace(invoice_terms="Net 30.")
    assert draft()["terms"] == "Net 30."
    assert draft(terms="Net 10.")["terms"] == "Net 10."
    assert draft(terms=None)["terms"] is None


def test_the_workspace_is_the_issuer_where_there_is_no_internal_client(
    call: Call, issued: Make, set_workspace: Callable[..., None]
) -> None:
    set_workspace(
        street="1 Main St", city="Saint Paul", tax_id="12-3456789",
        payment_instructions="By wire.", bank_details="First Bank 4711",
    )  # fmt: skip
    invoice = issued()
    set_workspace(street="2 Main St", bank_details="Second Bank")
    found = call("GET", f"/v1/invoices/{invoice['id']}").body["issuer"]
    assert found == {
        "name": "North Star Engineering",
        "address": {
            "street": "1 Main St",
            "city": "Saint Paul",
            "state": None,
            "county": None,
            "postal_code": None,
            "country": "US",
        },
        "tax_id": "12-3456789",
        "email": None,
        "phone": None,
        "payment_instructions": "By wire.",
        "bank_details": "First Bank 4711",
    }


def test_the_internal_client_is_the_issuer_and_is_frozen(
    call: Call,
    issued: Make,
    make_client: Callable[..., uuid.UUID],
    runtime: Runtime,
    origin: Origin,
) -> None:
    own = make_client(
        company_name="North Star Inc",
        client_code="NOR",
        tax_id="12-3456789",
        settings={"internal": True},
    )
    invoice = issued()
    with runtime.unit_of_work(origin) as uow:
        update_client(uow, own, {"company_name": "Renamed"}, None)
    issuer = call("GET", f"/v1/invoices/{invoice['id']}").body["issuer"]
    assert (issuer["name"], issuer["tax_id"]) == ("North Star Inc", "12-3456789")
    assert issuer["address"]["street"] == "1 Main St"
    assert issuer["email"] == "jo@acme.example.com"


@pytest.fixture
def of_time(runtime: Runtime, origin: Origin, client_id: uuid.UUID) -> uuid.UUID:
    """A draft over ten hours at 150.00, two of them overtime at 225.00."""
    with runtime.unit_of_work(origin) as uow:
        client = lock_client(uow, client_id)
        lines = [
            _rated("regular", "8", "150.00", pricing.REGULAR),
            _rated("overtime", "2", "225.00", pricing.OVERTIME),
        ]
        period = (date(2026, 11, 1), date(2026, 11, 30))
        return drafts.create_from_lines(uow, client, "USD", lines, period).id


def _rated(kind: str, hours: str, price: str, rule: str) -> RatedLine:
    return RatedLine(
        kind=kind,
        description="Engineer, Line 4",
        quantity=Decimal(hours),
        unit_price=Decimal(price),
        rate_id=uuid.UUID(int=7),
        rule=rule,
        explanation="The rate of the day.",
    )


def test_lines_of_time_say_why(call: Call, of_time: uuid.UUID) -> None:
    made = call("GET", f"/v1/invoices/{of_time}").body
    assert (made["period_start"], made["period_end"]) == ("2026-11-01", "2026-11-30")
    assert made["total"] == "1650.00"
    first = made["lines"][0]
    assert (first["kind"], first["rule"], first["explanation"], first["rate_id"]) == (
        "regular",
        "regular",
        "The rate of the day.",
        str(uuid.UUID(int=7)),
    )


def test_lines_of_time_keep_hours_and_rate_and_take_tax_and_words(
    call: Call, of_time: uuid.UUID, logged: Logged
) -> None:
    own = f"/v1/invoices/{of_time}"
    first, second = (
        {name: line[name] for name in ("id", "description", "quantity", "unit_price")}
        for line in call("GET", own).body["lines"]
    )
    wrong = [{**first, "quantity": "9"}, {**second, "unit_price": "1"}]
    refused = call("PATCH", own, {"lines": wrong, "currency": "EUR"}, if_match=1, expect=422)
    assert [(e["field"], e["code"]) for e in refused.body["errors"]] == [
        ("currency", "of_time"),
        ("lines[0].quantity", "of_time"),
        ("lines[1].unit_price", "of_time"),
    ]
    assert len(logged(f"invoice/{of_time}")) == 1
    taxed = [{**first, "tax_rate": "10", "description": "Design"}]
    kept = call("PATCH", own, {"lines": taxed}, if_match=1).body
    assert (kept["total"], kept["lines"][0]["kind"]) == ("1320.00", "regular")


def test_a_rate_that_changes_moves_no_line(
    call: Call, of_time: uuid.UUID, runtime: Runtime, origin: Origin, client_id: uuid.UUID
) -> None:
    before = call("GET", f"/v1/invoices/{of_time}").body
    with runtime.unit_of_work(origin) as uow:
        rates = [{"position": "Engineer", "regular_rate": "999"}]
        update_client(uow, client_id, {"rates": rates}, None)
        assert get_client(uow.session, client_id).rates
    assert call("GET", f"/v1/invoices/{of_time}").body == before


def test_a_draft_is_deleted_and_what_was_issued_is_not(
    call: Call, draft: Make, issued: Make, logged: Logged
) -> None:
    made, kept = draft(), issued()
    own = f"/v1/invoices/{made['id']}"
    call("DELETE", own, if_match=2, expect=412)
    assert call("DELETE", own, expect=204).body is None
    call("GET", own, expect=404)
    call("DELETE", own, expect=404)
    event = logged(f"invoice/{made['id']}")[-1]
    assert (event["type"], event["aggregate_version"]) == ("clients.invoice.deleted.v1", 2)
    refused = call("DELETE", f"/v1/invoices/{kept['id']}", expect=409)
    assert refused.body["code"] == "invoices.not_draft"
