"""`POST /v1/rates/explain`: which rate applies and why."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.factories.clients import client_body
from tests.integration.records.conftest import Answered, Caller

RATES = [
    {"position": "Engineer", "regular_rate": "140", "valid_until": "2025-12-31"},
    {
        "position": "Engineer",
        "regular_rate": "149.99",
        "overtime_rate": "225",
        "valid_from": "2026-01-01",
    },
]


@pytest.fixture
def client(api: Caller) -> dict[str, Any]:
    """A client with a rate that changed at the turn of the year."""
    return api.create(client_body(rates=RATES))


def _explain(api: Caller, client: Any, **asked: Any) -> Answered:
    body = {"client_id": client["id"], "position": "engineer", "date": "2026-01-01", **asked}
    return api("POST", "/v1/rates/explain", body)


def test_the_rate_of_the_day_is_answered_with_its_reason(api: Caller, client: Any) -> None:
    found = _explain(api, client, hours="7.25").body
    assert found == {
        "rule": "regular",
        "explanation": "The regular rate for Engineer from 2026-01-01.",
        "rate": client["rates"][1],
        "unit_price": "149.99",
        "currency": "USD",
        "amount": "1087.43",
    }


def test_overtime_falls_back_to_the_regular_rate(api: Caller, client: Any) -> None:
    found = _explain(api, client, date="2025-12-31", overtime=True).body
    assert (found["rule"], found["unit_price"]) == ("overtime_at_regular", "140.00")
    assert found["amount"] is None


def test_no_rate_is_said_so(api: Caller, client: Any) -> None:
    found = _explain(api, client, position="Welder", hours="1").body
    assert found == {
        "rule": "no_position",
        "explanation": "The client has no rate for Welder.",
        "rate": None,
        "unit_price": None,
        "currency": None,
        "amount": None,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hours", "NaN"),
        ("hours", "1e3"),
        ("hours", "-1"),
        ("hours", "0.001"),
        ("hours", "1000000"),
        ("date", "2026-02-30"),
        ("date", None),
        ("position", " "),
        ("overtime", "yes"),
        ("client_id", "ACM"),
    ],
)
def test_a_wrong_value_is_named(api: Caller, client: Any, field: str, value: Any) -> None:
    refused = _explain(api, client, **{field: value})
    assert refused.status == 422
    assert list(refused.errors) == [field]


def test_an_unknown_client_is_not_found(api: Caller) -> None:
    assert _explain(api, {"id": str(uuid.uuid4())}).status == 404
