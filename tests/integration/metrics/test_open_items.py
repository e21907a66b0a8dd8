"""What is open, late, and how revenue came in, per client and over the workspace (M2)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from tests.factories.callers import service_caller
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.metrics.conftest import Get

TODAY = "2026-11-28"
ACME, BOLT = uuid7(), uuid7()


class Books:
    """Invoices that are told of as they come."""

    def __init__(self, source: Source, inbox: Inbox) -> None:
        self._source = source
        self._inbox = inbox

    def invoice(self, status: str, total: str, client: uuid.UUID = ACME, **more: Any) -> None:
        """One invoice as it stands."""
        days = {"issued_on": "2026-10-01", "due_on": "2026-10-31", "paid_on": None}
        told = {"currency": "USD", "version": 1, **days, **more}
        envelope = self._source.tell_invoice(
            uuid7(), client, told.pop("version"), status, total, **told
        )
        self.tell(envelope)

    def tell(self, *envelopes: Any) -> None:
        """Deliver events."""
        self._inbox.ingest(batch([*envelopes]))


@pytest.fixture
def books(source: Source, inbox: Inbox) -> Books:
    """Empty ones."""
    return Books(source, inbox)


def of(get: Get, client: uuid.UUID = ACME, today: str = TODAY) -> Any:
    """A client's numbers."""
    return get(f"/v1/clients/{client}/metrics", today=today)


def test_what_is_not_paid_is_outstanding_and_late_from_the_day_after_it_was_due(
    books: Books, get: Get
) -> None:
    books.invoice("issued", "100.00", due_on="2026-11-27")
    books.invoice("partially_paid", "200.00", due_on="2026-11-28", amount_paid="50.00")
    books.invoice("issued", "10.00", due_on=None)
    books.invoice("issued", "1500", currency="JPY", due_on="2026-01-01", amount_paid="0")
    for status in ("draft", "void", "paid"):
        books.invoice(status, "999.00")
    found = of(get)
    assert found["outstanding"] == [
        {"currency": "JPY", "amount": "1500"},
        {"currency": "USD", "amount": "260.00"},
    ]
    assert found["overdue"] == [
        {"currency": "JPY", "amount": "1500", "invoices": 1},
        {"currency": "USD", "amount": "100.00", "invoices": 1},
    ]
    assert of(get, today="2026-11-29")["overdue"][1] == {
        "currency": "USD", "amount": "250.00", "invoices": 2,
    }  # fmt: skip


def test_days_to_pay_are_the_mean_over_paid_invoices(books: Books, get: Get) -> None:
    assert of(get)["average_days_to_pay"] is None
    books.invoice("paid", "10.00", issued_on="2026-10-01", paid_on="2026-10-11")
    books.invoice("paid", "10.00", issued_on="2026-10-01", paid_on="2026-10-16")
    books.invoice("issued", "10.00")
    assert of(get)["average_days_to_pay"] == "12.5"
    # A deposit was there at once.
    books.invoice("paid", "10.00", issued_on="2026-10-01", paid_on="2026-06-30")
    assert of(get)["average_days_to_pay"] == "8.3"


def test_revenue_is_of_the_month_in_which_it_was_paid_in_full_less_credit_notes(
    books: Books, get: Get
) -> None:
    books.invoice("paid", "100.00", paid_on="2026-11-01")
    books.invoice("paid", "50.00", paid_on="2026-11-30", amount_credited="20.00")
    books.invoice("paid", "7.00", paid_on="2025-12-01", currency="EUR")
    books.invoice("paid", "8.00", paid_on="2025-11-30")
    months = of(get)["revenue_by_month"]
    assert [months[0]["month"], months[-1]["month"], len(months)] == ["2025-12", "2026-11", 12]
    assert months[-1]["revenue"] == [{"currency": "USD", "amount": "130.00"}]
    assert months[0]["revenue"] == [{"currency": "EUR", "amount": "7.00"}]
    assert all(month["revenue"] == [] for month in months[1:-1])


def test_the_workspace_is_the_sum_of_its_clients_and_names_the_best(
    books: Books, get: Get, source: Source
) -> None:
    books.invoice("paid", "100.00", paid_on="2026-11-01")
    books.invoice("paid", "300.00", client=BOLT, paid_on="2026-11-02")
    books.invoice("issued", "40.00", client=BOLT)
    books.tell(source.tell_project(uuid7(), ACME, 1, "active"))
    found = get("/v1/metrics", today=TODAY)
    assert (found["active_projects"], found["invoices_issued"], found["paid_invoices"]) == (1, 3, 2)
    assert found["total_revenue"] == [{"currency": "USD", "amount": "400.00"}]
    assert found["outstanding"] == [{"currency": "USD", "amount": "40.00"}]
    assert found["top_clients"] == [
        {"client_id": str(BOLT), "currency": "USD", "amount": "300.00"},
        {"client_id": str(ACME), "currency": "USD", "amount": "100.00"},
    ]


def test_what_a_deleted_client_paid_is_counted_and_the_client_is_not_named(
    books: Books, get: Get, source: Source
) -> None:
    books.invoice("paid", "100.00", paid_on="2026-11-01", number="ACM-2026-0001")
    books.tell(source.tell("clients.client.deleted.v1", client_id=ACME, subject=f"client/{ACME}"))
    found = get("/v1/metrics", today=TODAY)
    assert found["total_revenue"] == [{"currency": "USD", "amount": "100.00"}]
    assert found["top_clients"] == []


def test_what_belongs_to_invoices_or_projects_is_for_who_may_view_them(
    books: Books, runtime: Runtime, http: FlaskClient, source: Source
) -> None:
    books.invoice("paid", "100.00", paid_on="2026-11-01")
    for path in (f"/v1/clients/{ACME}/metrics", "/v1/metrics"):

        def ask(*may: str, path: str = path) -> Any:
            permissions = ["clients.view", *may]
            workspace = source.workspace_id
            return service_caller(http, runtime.vault, "metrics", workspace, permissions)(path)

        shown = {name for name, value in ask().items() if value is not None}
        assert shown == {"as_of", "stale"}
        assert ask("projects.view")["active_projects"] == 0
        assert ask("projects.view")["total_revenue"] is None
        assert ask("invoices.view")["paid_invoices"] == 1
        assert ask("invoices.view")["active_projects"] is None


def test_another_workspace_sees_nothing_of_it(
    books: Books, runtime: Runtime, http: FlaskClient
) -> None:
    books.invoice("paid", "100.00", paid_on="2026-11-01")
    found = service_caller(http, runtime.vault, "metrics", uuid7())("/v1/metrics", today=TODAY)
    assert (found["total_revenue"], found["top_clients"], found["paid_invoices"]) == ([], [], 0)


@pytest.mark.parametrize("today", ["2026-11-31", "yesterday", "0000-01-01", "0001-01-01"])
def test_a_day_that_is_none_is_refused(get: Get, today: str) -> None:
    problem = get("/v1/metrics", status=422, today=today)
    assert problem["errors"][0]["field"] == "today"
