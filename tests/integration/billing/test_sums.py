"""Sums over all invoices are kept by the database, and are what counting them comes to (B10)."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import func, text

from cli.projections.databases import owner_engines
from cli.projections.sums import compare_sums
from services.clients.billing.models import INVOICE_STATUSES, Invoice
from services.clients.billing.operations import crediting, drafts, invoices
from services.clients.billing.queries.invoices import InvoiceFilter, _sums, sums_of
from services.clients.client_merge.operations.merging import merge_clients
from shared.clock import now
from shared.errors import Conflict, Invalid, NotFound
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import Settings
from tests.fixtures.databases import Databases

WORKERS, STEPS = 4, 25
TODAY = now().date()
FILTERS = [
    InvoiceFilter(),
    *(InvoiceFilter(status=status) for status in INVOICE_STATUSES),
    InvoiceFilter(currency="JPY"),
    InvoiceFilter(first=TODAY, last=TODAY),
    InvoiceFilter(last=TODAY - timedelta(days=1)),
    InvoiceFilter(overdue_on=TODAY),
    InvoiceFilter(overdue_on=TODAY, currency="USD", last=TODAY),
]


@pytest.fixture
def clients_of(make_client: Callable[..., uuid.UUID]) -> list[uuid.UUID]:
    """Two clients of one workspace."""
    return [make_client(client_code=code, company_name=code) for code in ("ACM", "AMA")]


def _check(runtime: Runtime, origin: Origin) -> None:
    """Kept and counted say the same under every filter."""
    with runtime.unit_of_work(origin) as uow:
        for wanted in FILTERS:
            counted = _sums(uow.session, Invoice, func.count(), wanted.conditions())
            assert sums_of(uow.session, wanted) == counted, wanted


class Person:
    """Does this and that to whatever invoices there are; what is refused is refused."""

    def __init__(
        self, runtime: Runtime, origin: Origin, clients: list[uuid.UUID], seed: int
    ) -> None:
        self.runtime, self.origin, self.clients = runtime, origin, clients
        self.chance = random.Random(seed)
        self.made: list[uuid.UUID] = []

    def act(self) -> None:
        """One of all that changes what invoices come to, and not always for good."""
        what = [self.draft, self.draft, self.issue, self.issue, self.pay, self.credit, self.edit]
        with suppress(Conflict, Invalid, NotFound), self.runtime.unit_of_work(self.origin) as uow:
            self.chance.choice([*what, self.void, self.delete])(uow)
            if self.chance.random() < 0.1:
                raise NotFound

    def one(self) -> uuid.UUID:
        """An invoice of its own, or none there is."""
        return self.chance.choice(self.made) if self.made else uuid.uuid4()

    def draft(self, uow: Any) -> None:
        days = self.chance.randint(-3, 3)
        body = {
            "currency": self.chance.choice(("USD", "JPY")),
            "due_on": self.chance.choice((None, TODAY + timedelta(days=days))),
            "lines": [self.line()],
        }
        self.made.append(drafts.create_invoice(uow, self.chance.choice(self.clients), body).id)

    def line(self) -> dict[str, Any]:
        amount = Decimal(self.chance.randint(1, 900))
        return {"description": "Work", "quantity": Decimal(1), "unit_price": amount}

    def edit(self, uow: Any) -> None:
        drafts.update_invoice(uow, self.one(), {"lines": [self.line()]}, None)

    def issue(self, uow: Any) -> None:
        invoices.issue_invoice(uow, self.one())

    def pay(self, uow: Any) -> None:
        body = {"amount": Decimal(self.chance.randint(-50, 200) or 1), "paid_on": TODAY}
        invoices.record_payment(uow, self.one(), body)

    def credit(self, uow: Any) -> None:
        amount = self.chance.choice((None, Decimal(self.chance.randint(1, 99))))
        crediting.issue_credit_note(uow, self.one(), {"reason": "Less", "amount": amount})

    def void(self, uow: Any) -> None:
        invoices.void_invoice(uow, self.one(), "Typo")

    def delete(self, uow: Any) -> None:
        drafts.delete_draft(uow, self.one())


def test_sums_are_exact_after_many_have_done_everything_at_once(
    runtime: Runtime,
    origin: Origin,
    clients_of: list[uuid.UUID],
    settings: Settings,
    databases: Databases,
) -> None:
    people = [Person(runtime, origin, clients_of, seed) for seed in range(WORKERS)]
    gate = threading.Barrier(WORKERS)

    def work(person: Person) -> None:
        gate.wait()
        for _ in range(STEPS):
            person.act()

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, people))
    _check(runtime, origin)
    with runtime.unit_of_work(origin) as uow:
        merge_clients(uow, clients_of[0], clients_of[1])
    _check(runtime, origin)
    engines = owner_engines(settings)
    checked, found = compare_sums(engines)
    assert (checked > 0, found) == (True, [])
    with psycopg.connect(databases.url("clients")) as connection:
        connection.execute("UPDATE invoice_sums SET total = total + 0.01 WHERE currency = 'USD'")
    assert {each.what for each in compare_sums(engines)[1]} >= {"total"}


def test_two_who_change_the_same_sum_at_once_do_not_wait_for_each_other(
    runtime: Runtime, origin: Origin, clients_of: list[uuid.UUID], databases: Databases
) -> None:
    line = {"description": "Work", "quantity": Decimal(1), "unit_price": Decimal(100)}
    body = {"currency": "USD", "lines": [line]}
    begin: Callable[[], Any] = lambda: runtime.unit_of_work(origin)  # noqa: E731
    with begin() as first, begin() as second:
        for uow, client_id in zip((first, second), clients_of, strict=True):
            uow.session.execute(text("SET LOCAL lock_timeout = '1s'"))
            drafts.create_invoice(uow, client_id, body)
            uow.flush()
    _check(runtime, origin)
    assert {row["slot"] for row in _rows(databases)} == {0, 1}


def test_what_is_down_to_nothing_leaves_no_row(
    call: Callable[..., Any], issued: Callable[..., dict[str, Any]], databases: Databases
) -> None:
    made = issued(due_on="2031-01-01")
    body = {"amount": made["total"], "paid_on": made["issued_on"]}
    call("POST", f"/v1/invoices/{made['id']}/payments", body)
    (row,) = _rows(databases)
    assert (row["status"], row["due_on"], row["invoices"]) == ("paid", None, 1)


def test_a_request_cannot_write_sums_nor_read_those_of_others(
    runtime: Runtime, origin: Origin, issued: Callable[..., dict[str, Any]]
) -> None:
    issued()
    for statement in ("UPDATE invoice_sums SET total = 9", "DELETE FROM invoice_sums"):
        with (
            pytest.raises(Exception, match="permission denied"),
            runtime.unit_of_work(origin) as uow,
        ):
            uow.session.execute(text(statement))
    elsewhere = Origin(uuid.uuid4(), origin.actor, correlation_id="test")
    with runtime.unit_of_work(elsewhere) as uow:
        assert sums_of(uow.session, InvoiceFilter()) == []


def _rows(databases: Databases) -> list[dict[str, Any]]:
    with psycopg.connect(databases.url("clients"), row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM invoice_sums").fetchall()
