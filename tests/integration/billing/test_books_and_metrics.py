"""Whatever is done to invoices and however it is told, metrics are the books counted anew."""

from __future__ import annotations

import random
import uuid
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import dict_row
from sqlalchemy import Connection

from services.clients.access.operations.people import create_workspace
from services.clients.billing.errors import BillingInvalid
from services.clients.billing.models import Invoice
from services.clients.billing.operations import crediting, drafts, invoices
from services.clients.billing.queries import ledger, statements
from services.clients.records.operations.creating import create_client
from services.clients.service import register_features
from services.clients.values.money import minor_digits, rounded
from services.metrics.totals.consumers import apply
from shared.clock import now
from shared.errors import Conflict, NotFound
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.events import JO, batch
from tests.fixtures.databases import Databases
from tests.integration.messaging.conftest import read_log

CURRENCIES = ("USD", "JPY", "KWD")
CODES = ("ACM", "AMA")

register_features()

_LINES = st.lists(
    st.fixed_dictionaries(
        {
            "description": st.just("Work"),
            "quantity": st.decimals(0, 200, places=2),
            "unit_price": st.decimals(-20, 300, places=4),
            "tax_rate": st.sampled_from([Decimal(0), Decimal("8.25"), Decimal(19)]),
        }
    ),
    min_size=1,
    max_size=4,
)
_SHARES = st.sampled_from([Decimal(each) for each in ("0.01", "0.3333", "0.5", "1", "1.1")])


class ChangedMyMind(Exception):
    """Raised inside a unit of work, so that it is rolled back."""


def _die(connection: Connection, envelopes: Any) -> None:
    """Apply, and lose the connection before the commit, as when a worker is killed."""
    apply(connection, envelopes)
    driver: Any = connection.connection.driver_connection
    driver.pgconn.finish()


class Books(RuleBasedStateMachine):
    """Two clients' invoices; metrics hear of them late, twice, out of order, and half at times."""

    service: Settings
    databases: Databases
    drafted = Bundle("drafted")

    @initialize()
    def begin(self) -> None:
        """A workspace of its own with two clients."""
        self.clients = Runtime("clients", self.service)
        self.pipe = Runtime("metrics", self.service).pipe_engine
        self.origin = Origin(uuid7(), JO, correlation_id="test")
        self.kept: list[Envelope] = []
        with self.clients.unit_of_work(self.origin) as uow:
            create_workspace(uow, "North Star")
            self.ids = [
                create_client(uow, {"company_name": code, "client_code": code,
                                    "primary_contact": {"email": f"{code}@acme.example.com"},
                                    "allow_duplicate": True}).client.id
                for code in CODES
            ]  # fmt: skip
        self._collect()

    @rule(target=drafted, which=st.sampled_from((0, 1)), currency=st.sampled_from(CURRENCIES),
          lines=_LINES, percent=st.none() | st.decimals(0, 100, places=2))  # fmt: skip
    def draft(self, which: int, currency: str, lines: Any, percent: Decimal | None) -> uuid.UUID:
        """A draft, or none where its total would be below zero."""
        body = {"currency": currency, "lines": lines, "discount_percent": percent}
        made: list[uuid.UUID] = []
        with suppress(BillingInvalid), self.clients.unit_of_work(self.origin) as uow:
            made.append(drafts.create_invoice(uow, self.ids[which], body).id)
        return made[0] if made else uuid.UUID(int=0)

    @rule(invoice=drafted, lines=_LINES, sure=st.booleans())
    def edit(self, invoice: uuid.UUID, lines: Any, sure: bool) -> None:
        """Other lines."""
        self._do(drafts.update_invoice, invoice, {"lines": lines}, None, sure=sure)

    @rule(invoice=drafted, sure=st.booleans())
    def issue(self, invoice: uuid.UUID, sure: bool) -> None:
        """A number."""
        self._do(invoices.issue_invoice, invoice, sure=sure)

    @rule(invoice=drafted)
    def issue_at_once(self, invoice: uuid.UUID) -> None:
        """Most invoices are issued sooner or later."""
        self._do(invoices.issue_invoice, invoice)

    @rule(invoice=drafted, share=_SHARES, sure=st.booleans())
    def pay(self, invoice: uuid.UUID, share: Decimal, sure: bool) -> None:
        """A share of what is open; more than that is refused."""
        self._enter(invoice, lambda found: found.balance * share, sure)

    @rule(invoice=drafted)
    def pay_the_rest(self, invoice: uuid.UUID) -> None:
        """So that some are paid."""
        self._enter(invoice, lambda found: found.balance, True)

    @rule(invoice=drafted, share=_SHARES)
    def refund(self, invoice: uuid.UUID, share: Decimal) -> None:
        """A share of what was paid."""
        self._enter(invoice, lambda found: -found.amount_paid * share, True)

    @rule(invoice=drafted, share=_SHARES, sure=st.booleans())
    def credit(self, invoice: uuid.UUID, share: Decimal, sure: bool) -> None:
        """A share of what was not credited yet; of so little as nothing, all of it."""
        found = self._find(invoice)
        if found is not None:
            amount = rounded((found.total - found.amount_credited) * share, found.currency)
            body = {"reason": "Agreed", "amount": amount or None}
            self._do(crediting.issue_credit_note, invoice, body, sure=sure)

    @rule(invoice=drafted)
    def credit_a_line(self, invoice: uuid.UUID) -> None:
        """What is left of the first line."""
        found = self._find(invoice)
        if found is not None:
            body = {"reason": "Agreed", "lines": [{"line_id": found.lines[0].id}]}
            self._do(crediting.issue_credit_note, invoice, body)

    @rule(invoice=drafted)
    def void(self, invoice: uuid.UUID) -> None:
        """Refused where something was entered."""
        self._do(invoices.void_invoice, invoice, "Wrong")

    @rule(invoice=drafted)
    def delete(self, invoice: uuid.UUID) -> None:
        """Refused for all but drafts."""
        self._do(drafts.delete_draft, invoice)

    @rule(dice=st.randoms(use_true_random=False), killed=st.booleans())
    def deliver(self, dice: random.Random, killed: bool) -> None:
        """Some of what happened, old or new, in any order; the worker may die over it."""
        self._collect()
        some = dice.sample(self.kept, dice.randint(1, len(self.kept)))
        if killed:
            with suppress(Exception):
                Inbox("metrics", self.pipe, _die).ingest(batch(some))
        else:
            Inbox("metrics", self.pipe, apply).ingest(batch(some))

    def teardown(self) -> None:
        """All of it arrives in the end, and then everything agrees."""
        if not hasattr(self, "ids"):
            return
        self._collect()
        Inbox("metrics", self.pipe, apply).ingest(batch(self.kept))
        rows = self._rows()
        for client_id in self.ids:
            mine = [row for row in rows if row["client_id"] == client_id]
            expected = _counted(mine)
            assert self._metrics(client_id) == expected
            assert self._ledger(client_id) == expected
            assert self._owed(client_id) == _balances(mine)
        for row in rows:
            _assert_adds_up(row)
        self._assert_told(rows)

    def _do(self, operation: Any, *args: Any, sure: bool = True) -> None:
        """Carry it out, unless it is refused or called off."""
        refused = (ChangedMyMind, Conflict, NotFound, BillingInvalid)
        with suppress(*refused), self.clients.unit_of_work(self.origin) as uow:
            operation(uow, *args)
            if not sure:
                raise ChangedMyMind

    def _enter(self, invoice: uuid.UUID, amount: Any, sure: bool) -> None:
        found = self._find(invoice)
        if found is not None and (entered := rounded(amount(found), found.currency)):
            body = {"amount": entered, "paid_on": now().date()}
            self._do(invoices.record_payment, invoice, body, sure=sure)

    def _find(self, invoice: uuid.UUID) -> Invoice | None:
        with self.clients.unit_of_work(self.origin) as uow:
            return uow.session.get(Invoice, invoice)

    def _collect(self) -> None:
        """What the log has of this workspace."""
        mine = str(self.origin.workspace_id)
        self.kept = [each for each in read_log(self.clients) if each["workspace"] == mine]

    def _rows(self) -> list[dict[str, Any]]:
        with psycopg.connect(self.databases.url("clients"), row_factory=dict_row) as connection:
            return connection.execute(_BOOKS, [self.origin.workspace_id]).fetchall()

    def _metrics(self, client_id: uuid.UUID) -> dict[str, Any]:
        with psycopg.connect(self.databases.url("metrics"), row_factory=dict_row) as connection:
            found = connection.execute(_METRICS, [client_id]).fetchone()
        return _NOTHING if found is None else dict(found)

    def _ledger(self, client_id: uuid.UUID) -> dict[str, Any]:
        with self.clients.unit_of_work(self.origin) as uow:
            found = ledger.ledger(uow.session)[client_id]
        return {name: getattr(found, name) for name in _NOTHING}

    def _owed(self, client_id: uuid.UUID) -> dict[str, Decimal]:
        with self.clients.unit_of_work(self.origin) as uow:
            found = statements.statement(uow.session, client_id, date.min, date.max)
        return {account.currency: account.closing for account in found if account.closing}

    def _assert_told(self, rows: list[dict[str, Any]]) -> None:
        """The last event of each invoice tells it as it stands."""
        last = {
            each["data"]["invoice"]["id"]: each for each in self.kept if "invoice" in each["data"]
        }
        for row in rows:
            told = last[str(row["id"])]["data"]["invoice"]
            names = ("total", "amount_paid", "amount_credited")
            assert [Decimal(told[name]) for name in names] == [row[name] for name in names]
            assert (told["status"], told["version"]) == (row["status"], row["version"])


_BOOKS = """
    SELECT i.*,
        (SELECT coalesce(sum(amount), 0) FROM payments WHERE invoice_id = i.id) AS entered,
        (SELECT coalesce(sum(total), 0) FROM credit_notes WHERE invoice_id = i.id) AS credited,
        (SELECT coalesce(sum(l.amount + l.tax), 0) FROM credit_note_lines AS l
            JOIN credit_notes AS n ON n.id = l.credit_note_id WHERE n.invoice_id = i.id) AS parts,
        (SELECT sum(amount) FROM invoice_lines WHERE invoice_id = i.id) AS summed
    FROM invoices AS i WHERE workspace_id = %s
"""
_METRICS = """
    SELECT invoices_issued, paid_invoices, total_revenue FROM client_metrics WHERE client_id = %s
"""
_NOTHING: dict[str, Any] = {"invoices_issued": 0, "paid_invoices": 0, "total_revenue": []}


def _counted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The numbers of M1, from what was entered alone."""
    issued = [row for row in rows if row["number"] is not None and row["void_reason"] is None]
    paid = [row for row in issued if row["entered"] + row["credited"] >= row["total"]]
    revenue: dict[str, Decimal] = {}
    for row in paid:
        earned = row["total"] - row["credited"]
        revenue[row["currency"]] = revenue.get(row["currency"], Decimal(0)) + earned
    return {
        "invoices_issued": len(issued),
        "paid_invoices": len(paid),
        "total_revenue": [
            {"currency": name, "amount": f"{revenue[name]:.{minor_digits(name)}f}"}
            for name in sorted(revenue)
        ],
    }


def _balances(rows: list[dict[str, Any]]) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = {}
    for row in rows:
        if row["status"] not in ("draft", "void"):
            open_amount = row["total"] - row["entered"] - row["credited"]
            owed[row["currency"]] = owed.get(row["currency"], Decimal(0)) + open_amount
    return {currency: amount for currency, amount in owed.items() if amount}


def _assert_adds_up(row: dict[str, Any]) -> None:
    assert row["summed"] == row["subtotal"]
    assert row["total"] == row["subtotal"] - row["discount"] + row["tax"]
    assert row["amount_paid"] == row["entered"]
    assert row["amount_credited"] == row["credited"] == row["parts"]
    assert row["total"] == rounded(row["total"], row["currency"])


def test_metrics_are_the_books_whatever_is_done_and_however_it_is_told(
    settings_of_service: Settings, databases: Databases
) -> None:
    Books.service, Books.databases = settings_of_service, databases
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Making a failure smaller takes minutes, as each try goes through two databases.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )


@pytest.fixture
def settings_of_service(request: pytest.FixtureRequest) -> Settings:
    """The service's settings, under a name that is not hypothesis's."""
    found: Settings = request.getfixturevalue("settings")
    return found
