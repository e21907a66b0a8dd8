"""Reading invoices: one, those of a client, those of all, and those that words find."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, Uuid, cast, func, select
from sqlalchemy.orm import Session, lazyload

from services.clients.billing.errors import CreditNoteNotFound, InvoiceNotFound
from services.clients.billing.models import OPEN, VOID, CreditNote, Invoice, InvoiceSums
from services.clients.records.models.record import CLIENTS

#: A row of a list needs neither lines nor what was entered against it.
WITHOUT_PARTS = tuple(
    lazyload(part) for part in (Invoice.lines, Invoice.payments, Invoice.credit_notes)
)


# The books outlive a client: then its name is the one on the invoice.
_CLIENT_NAME = func.coalesce(
    CLIENTS.c.company_name, Invoice.billing_copy["company_name"].astext
).label("client_name")


def get_invoice(session: Session, invoice_id: uuid.UUID) -> Invoice:
    """The invoice with its lines and payments; raises `InvoiceNotFound`."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise InvoiceNotFound
    return invoice


def get_credit_note(
    session: Session, invoice_id: uuid.UUID, credit_note_id: uuid.UUID
) -> tuple[Invoice, CreditNote]:
    """An invoice and one of its credit notes.

    Raises `InvoiceNotFound`, `CreditNoteNotFound`.
    """
    invoice = get_invoice(session, invoice_id)
    note = session.get(CreditNote, credit_note_id)
    if note is None or note.invoice_id != invoice.id:
        raise CreditNoteNotFound
    return invoice, note


def invoices_of(client_id: uuid.UUID, status: str | None) -> Select[Invoice]:
    """The client's invoices without lines and payments, to be paged."""
    found = select(Invoice).where(Invoice.client_id == client_id)
    found = found.options(*WITHOUT_PARTS)
    return found if status is None else found.where(Invoice.status == status)


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices of a workspace: None takes all; `first` and `last` are invoice days.

    `overdue_on` is a day on which they are overdue.
    """

    status: str | None = None
    client_id: uuid.UUID | None = None
    currency: str | None = None
    first: date | None = None
    last: date | None = None
    overdue_on: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As a statement over invoices takes them."""
        of_client = [] if self.client_id is None else [Invoice.client_id == self.client_id]
        return [*of_client, *self._of(Invoice)]

    def conditions_of_sums(self) -> list[ColumnElement[bool]]:
        """As a statement over kept sums takes them, which know no clients."""
        return self._of(InvoiceSums)

    def _of(self, table: type[Invoice | InvoiceSums]) -> list[ColumnElement[bool]]:
        exact = {table.status: self.status, table.currency: self.currency}
        wanted = [column == value for column, value in exact.items() if value is not None]
        if self.first is not None:
            wanted.append(table.issued_on >= self.first)
        if self.last is not None:
            wanted.append(table.issued_on <= self.last)
        if self.overdue_on is not None:
            wanted += [table.status.in_(OPEN), table.due_on < self.overdue_on]
        return wanted


def all_invoices(wanted: InvoiceFilter) -> Select[Any]:
    """The invoices with their clients' names, without lines and payments, to be paged."""
    listed: Select[Any] = select(Invoice).add_columns(_CLIENT_NAME)
    listed = listed.outerjoin(CLIENTS, CLIENTS.c.id == Invoice.client_id)
    return listed.options(*WITHOUT_PARTS).where(*wanted.conditions())


def sums_of(session: Session, wanted: InvoiceFilter) -> list[Any]:
    """How many invoices match and what they come to, per currency; void ones come to nothing.

    Those of one client are counted; those of all are read from the sums that are kept, which are
    few however many invoices there are.
    """
    if wanted.client_id is not None:
        return _sums(session, Invoice, func.count(), wanted.conditions())
    return _sums(session, InvoiceSums, _HOW_MANY, wanted.conditions_of_sums())


_HOW_MANY = cast(func.sum(InvoiceSums.invoices), BigInteger)


def _sums(
    session: Session,
    table: type[Invoice | InvoiceSums],
    invoices: ColumnElement[Any],
    conditions: Sequence[ColumnElement[bool]],
) -> list[Any]:
    amounts = {
        "total": table.total,
        "amount_paid": table.amount_paid,
        "amount_credited": table.amount_credited,
    }
    sums = [
        func.coalesce(func.sum(amount).filter(table.status != VOID), Decimal(0)).label(name)
        for name, amount in amounts.items()
    ]
    found = select(table.currency, invoices.label("invoices"), *sums).where(*conditions)
    grouped = found.group_by(table.currency).having(invoices > 0).order_by(table.currency)
    return [*session.execute(grouped)]


def search_invoices(
    session: Session, typed: str, client_ids: Sequence[uuid.UUID], most: int
) -> list[tuple[Invoice, str | None]]:
    """Invoices whose numbers have words that begin so, and those of the clients, with names."""
    matches = func.invoice_matches(typed, cast(list(client_ids), ARRAY(Uuid)), most)
    found = (
        select(Invoice, _CLIENT_NAME)
        .outerjoin(CLIENTS, CLIENTS.c.id == Invoice.client_id)
        .options(*WITHOUT_PARTS)
        .where(Invoice.id.in_(select(matches)))
        .order_by(Invoice.id.desc())
    )
    return [(invoice, name) for invoice, name in session.execute(found)]
