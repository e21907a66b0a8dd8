"""Sending an invoice, and reminding of it, with its PDF."""

from __future__ import annotations

import uuid

from services.clients.billing.errors import NotIssued
from services.clients.billing.models import OPEN, PAYABLE, Invoice
from services.clients.billing.operations.context import lock_invoice
from services.clients.billing.operations.papers import invoice_subject, print_invoice
from services.clients.correspondence.operations.writing import Letter, write_to_client
from services.clients.correspondence.rules.kinds import INVOICE_ISSUED, INVOICE_OVERDUE, Kind
from services.clients.printing.queries import newest_paper
from services.clients.values import formats
from shared.unit_of_work import UnitOfWork


def send_invoice(
    uow: UnitOfWork, invoice_id: uuid.UUID, expected_version: int | None = None
) -> list[uuid.UUID]:
    """Send an issued invoice to those who receive invoices; the mails that are new.

    Each gets it once: to send it again is to send its mail again. Raises `NotIssued` for what is
    a draft or void, `StaleInvoice`.
    """
    client, invoice = lock_invoice(uow, invoice_id, expected_version)
    if invoice.status not in PAYABLE or client is None:
        raise NotIssued(f"It is {invoice.status}.", state=invoice.status)
    return write_to_client(uow, client, issued_letter(uow, invoice))


def issued_letter(uow: UnitOfWork, invoice: Invoice) -> Letter:
    """What goes out with an issued invoice."""
    return _letter(uow, INVOICE_ISSUED, invoice, str(invoice.id), {})


def remind_overdue(uow: UnitOfWork, invoice_id: uuid.UUID, days: int) -> list[uuid.UUID]:
    """Remind of an invoice that has been due for so many days; once for each number of them, and
    not at all where it was paid meanwhile."""
    client, invoice = lock_invoice(uow, invoice_id, None)
    if invoice.status not in OPEN or (invoice.reminded_days or 0) >= days:
        return []
    invoice.reminded_days = days
    if client is None:
        return []
    balance = {"balance": formats.amount(invoice.balance, invoice.currency)}
    letter = _letter(uow, INVOICE_OVERDUE, invoice, f"{invoice.id}/{days}", balance)
    return write_to_client(uow, client, letter)


def _letter(
    uow: UnitOfWork, kind: Kind, invoice: Invoice, about: str, more: dict[str, str]
) -> Letter:
    assert invoice.issued_on is not None
    words = {
        "number": str(invoice.number),
        "total": formats.amount(invoice.total, invoice.currency),
        "issued_on": formats.day(invoice.issued_on),
        "due": f"on {formats.day(invoice.due_on)}" if invoice.due_on else "on receipt",
        **more,
    }
    uow.flush()
    paper = newest_paper(uow.session, invoice_subject(invoice.id)) or print_invoice(uow, invoice)
    return Letter(kind, words, about=about, attachment=(paper.id, paper.file_name))
