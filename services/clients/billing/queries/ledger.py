"""The books counted from themselves: what metrics are held against, and what a deletion meets."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from services.clients.billing.models import DRAFT, PAID, VOID, Invoice
from services.clients.projects.queries import count_active_projects, count_projects
from services.clients.records.models.record import CLIENTS
from services.clients.values.money import amount_text


@dataclass(slots=True)
class LedgerEntry:
    """A client's four numbers, counted from the books themselves.

    Issued: left the draft and not void. Revenue: the totals of paid invoices less their credit
    notes per currency, as amounts with exactly the currency's digits, in order of currency.
    """

    active_projects: int = 0
    invoices_issued: int = 0
    paid_invoices: int = 0
    total_revenue: list[dict[str, str]] = field(default_factory=list)


def ledger(session: Session) -> dict[uuid.UUID, LedgerEntry]:
    """The numbers of every client that the session sees, zeros where there is nothing.

    A request sees its workspace, a tool of the owner all of them; deleted clients are not in it.
    """
    entries = {client_id: LedgerEntry() for client_id in session.scalars(select(CLIENTS.c.id))}
    for client_id, active in count_active_projects(session):
        if client_id in entries:
            entries[client_id].active_projects = active
    for row in session.execute(_invoice_sums()):
        if row.client_id in entries:
            _enter(entries[row.client_id], row)
    return entries


def _invoice_sums() -> Select[uuid.UUID, str, int, int, Decimal]:
    is_paid = Invoice.status == PAID
    earned = Invoice.total - Invoice.amount_credited
    return (
        select(
            Invoice.client_id,
            Invoice.currency,
            func.count().label("issued"),
            func.count().filter(is_paid).label("paid"),
            func.coalesce(func.sum(earned).filter(is_paid), Decimal(0)).label("revenue"),
        )
        .where(Invoice.status.not_in([DRAFT, VOID]))
        .group_by(Invoice.client_id, Invoice.currency)
        .order_by(Invoice.client_id, Invoice.currency)
    )


def _enter(entry: LedgerEntry, sums: Row[uuid.UUID, str, int, int, Decimal]) -> None:
    entry.invoices_issued += sums.issued
    entry.paid_invoices += sums.paid
    if sums.paid:
        amount = amount_text(sums.revenue, sums.currency)
        entry.total_revenue.append({"currency": sums.currency, "amount": amount})


#: The days of an invoice that the numbers hang on: issue, due and full payment.
Days = tuple[date | None, date | None, date | None]


def invoice_days(session: Session) -> dict[uuid.UUID, Days]:
    """The days of every issued invoice that the session sees and whose client is there."""
    columns = (Invoice.id, Invoice.issued_on, Invoice.due_on, Invoice.paid_on)
    issued = select(*columns).join(CLIENTS, CLIENTS.c.id == Invoice.client_id)
    rows = session.execute(issued.where(Invoice.status.not_in([DRAFT, VOID])))
    return {invoice_id: (issued_on, due, paid) for invoice_id, issued_on, due, paid in rows}


@dataclass(frozen=True, slots=True)
class Books:
    """How much billing holds for a client; drafts, also discarded ones, have no number."""

    projects: int
    unnumbered_invoices: int
    numbered_invoices: int

    @property
    def invoices(self) -> int:
        """All of them."""
        return self.unnumbered_invoices + self.numbered_invoices


def count_books(session: Session, client_id: uuid.UUID) -> Books:
    """What a deletion of the client would take along and leave."""
    numbered = Invoice.number.is_not(None)
    invoices = select(func.count().filter(~numbered), func.count().filter(numbered)).where(
        Invoice.client_id == client_id
    )
    without, having = session.execute(invoices).one()
    return Books(count_projects(session, client_id), without, having)
