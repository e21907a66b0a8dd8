"""All invoices of a workspace, and a client's statement of account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.clients.access import queries as access
from services.clients.billing.queries import statements
from tests.integration.billing.conftest import Call

Make = Callable[..., dict[str, Any]]
On = Callable[[str], None]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Lets a day be the present one."""

    def stand(day: str) -> None:
        moment = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
        monkeypatch.setattr(access, "now", lambda: moment)

    return stand


@pytest.fixture
def other(make_client: Callable[..., uuid.UUID]) -> uuid.UUID:
    """A second client."""
    return make_client(client_code="AMA", company_name="Amarillo")


def pay(call: Call, invoice: dict[str, Any], amount: str, day: str) -> None:
    """Enter an amount against an invoice."""
    body = {"amount": amount, "paid_on": day, "reference": f"R{amount}"}
    call("POST", f"/v1/invoices/{invoice['id']}/payments", body)


def test_invoices_of_all_clients_are_listed_with_sums_per_currency(
    call: Call, other: uuid.UUID, draft: Make, issued: Make
) -> None:
    first, second = issued(), issued(client=other)
    yen = issued(currency="JPY")
    void = draft()
    call("POST", f"/v1/invoices/{void['id']}/void", {"reason": "Not needed"})
    pay(call, second, "296", second["issued_on"])
    call("POST", f"/v1/invoices/{first['id']}/credit-notes", {"reason": "x", "amount": "96.00"},
         expect=201)  # fmt: skip
    found = call("GET", "/v1/invoices").body
    assert [(row["id"], row["client_name"]) for row in found["data"]] == [
        (void["id"], "Acme Machines"),
        (yen["id"], "Acme Machines"),
        (second["id"], "Amarillo"),
        (first["id"], "Acme Machines"),
    ]
    assert "lines" not in found["data"][0]
    assert found["sums"] == [
        {
            "currency": "JPY",
            "invoices": 1,
            "total": "1296",
            "amount_paid": "0",
            "amount_credited": "0",
            "balance": "1296",
        },
        {
            "currency": "USD",
            "invoices": 3,
            "total": "2592.00",
            "amount_paid": "296.00",
            "amount_credited": "96.00",
            "balance": "2200.00",
        },
    ]


def test_the_list_is_filtered_and_paged_with_the_sums_of_all_pages(
    call: Call, client_id: uuid.UUID, other: uuid.UUID, draft: Make, issued: Make, on: On
) -> None:
    on("2026-03-31")
    march = issued(due_on="2026-04-15")
    on("2026-04-01")
    april = issued(client=other, due_on="2026-05-01")
    paid = issued(due_on="2026-04-02")
    pay(call, paid, "1296", "2026-04-03")
    drafted = draft(currency="EUR", due_on="2026-01-01")
    on("2026-04-20")

    def ids(query: str) -> list[str]:
        return [row["id"] for row in call("GET", f"/v1/invoices?{query}").body["data"]]

    assert ids("status=draft") == [drafted["id"]]
    assert ids("overdue=true") == [march["id"]]
    assert ids(f"client_id={other}") == [april["id"]]
    assert ids("currency=EUR") == [drafted["id"]]
    assert ids("to=2026-03-31") == [march["id"]]
    assert ids("from=2026-04-01&to=2026-04-01") == [paid["id"], april["id"]]
    assert ids(f"client_id={client_id}&status=paid&currency=USD") == [paid["id"]]
    first = call("GET", "/v1/invoices?currency=USD&limit=2").body
    rest = call("GET", f"/v1/invoices?currency=USD&limit=2&cursor={first['next']}").body
    assert [row["id"] for row in first["data"] + rest["data"]] == [
        paid["id"],
        april["id"],
        march["id"],
    ]
    assert first["sums"] == rest["sums"]
    assert first["sums"][0]["invoices"] == 3
    call("GET", f"/v1/invoices?currency=EUR&cursor={first['next']}", expect=422)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=late", "status"),
        ("currency=usq", "currency"),
        ("client_id=ACM", "client_id"),
        ("from=2026-13-01", "from"),
        ("from=2026-02-01&to=2026-01-31", "to"),
        ("limit=201", "limit"),
        ("colour=red", "colour"),
    ],
)
def test_a_wrong_filter_is_named(call: Call, query: str, field: str) -> None:
    refused = call("GET", f"/v1/invoices?{query}", expect=422).body
    assert [error["field"] for error in refused["errors"]] == [field]


def test_another_workspace_lists_nothing(call: Call, issued: Make, http: Any) -> None:
    issued()
    http.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {uuid.uuid4()}"
    with pytest.raises(AssertionError, match="no longer exists"):
        call("GET", "/v1/invoices")


def test_a_statement_goes_from_what_was_owed_to_what_is(
    call: Call, client_id: uuid.UUID, other: uuid.UUID, draft: Make, issued: Make, on: On
) -> None:
    on("2026-01-10")
    first = issued(purchase_order="PO 1")
    pay(call, first, "1000", "2026-01-20")
    on("2026-02-05")
    second, yen = issued(), issued(currency="JPY")
    void = issued()
    call("POST", f"/v1/invoices/{void['id']}/void", {"reason": "Typo"})
    path = f"/v1/invoices/{second['id']}/credit-notes"
    note = call("POST", path, {"reason": "Agreed", "amount": "96"}, expect=201).body
    pay(call, first, "296", "2026-02-05")
    pay(call, first, "-6", "2026-02-06")
    issued(client=other)
    draft()
    statement = call("GET", f"/v1/clients/{client_id}/statement?from=2026-02-01&to=2026-02-28").body
    assert (statement["from"], statement["to"]) == ("2026-02-01", "2026-02-28")
    japanese, american = statement["accounts"]
    assert [(row["number"], row["balance"]) for row in japanese["lines"]] == [
        (yen["number"], "1296")
    ]
    assert (american["opening_balance"], american["closing_balance"]) == ("296.00", "1206.00")
    told = [
        (row["date"], row["kind"], row["number"], row["reference"], row["amount"], row["balance"])
        for row in american["lines"]
    ]
    assert told == [
        ("2026-02-05", "invoice", second["number"], None, "1296.00", "1592.00"),
        ("2026-02-05", "credit_note", note["number"], second["number"], "-96.00", "1496.00"),
        ("2026-02-05", "payment", first["number"], "R296", "-296.00", "1200.00"),
        ("2026-02-06", "refund", first["number"], "R-6", "6.00", "1206.00"),
    ]
    earlier = call("GET", f"/v1/clients/{client_id}/statement?from=2026-01-01&to=2026-01-31").body
    assert [row["reference"] for row in earlier["accounts"][0]["lines"]] == ["PO 1", "R1000"]
    assert earlier["accounts"][0]["closing_balance"] == "296.00"


def test_a_statement_without_anything_is_empty(call: Call, client_id: uuid.UUID) -> None:
    path = f"/v1/clients/{client_id}/statement"
    assert call("GET", f"{path}?from=2026-01-01&to=2026-01-31").body["accounts"] == []
    refused = call("GET", f"{path}?from=2026-02-01&to=2026-01-31", expect=422).body
    assert [(e["field"], e["code"]) for e in refused["errors"]] == [("to", "before_start")]
    call("GET", path, expect=422)
    nobody = f"/v1/clients/{uuid.uuid4()}/statement?from=2026-01-01&to=2026-01-31"
    call("GET", nobody, expect=404)


def test_a_statement_of_too_many_lines_is_refused(
    call: Call, client_id: uuid.UUID, issued: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MOST_LINES", 1)
    path = f"/v1/clients/{client_id}/statement?from=2026-01-01&to=2099-12-31"
    issued()
    assert len(call("GET", path).body["accounts"][0]["lines"]) == 1
    issued()
    refused = call("GET", path, expect=422).body
    assert [error["code"] for error in refused["errors"]] == ["too_many"]
