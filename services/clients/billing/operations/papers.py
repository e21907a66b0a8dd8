"""Having invoices, credit notes and statements printed."""

from __future__ import annotations

import uuid
from datetime import date

from services.clients.billing.errors import NotIssued
from services.clients.billing.models import DRAFT, CreditNote, Invoice
from services.clients.billing.operations.context import billing_copy, issuer_copy, lock_invoice
from services.clients.billing.operations.invoice_contents import (
    credit_note_content,
    invoice_content,
)
from services.clients.billing.operations.statement_contents import statement_content
from services.clients.billing.queries.statements import statement
from services.clients.printing.models import Paper
from services.clients.printing.operations.requesting import Wanted, request_paper
from services.clients.records.queries.clients import lock_client
from shared.unit_of_work import UnitOfWork


def invoice_subject(invoice_id: uuid.UUID) -> str:
    """What the papers of an invoice are versions of."""
    return f"invoice/{invoice_id}"


def credit_note_subject(credit_note_id: uuid.UUID) -> str:
    """What the papers of a credit note are versions of."""
    return f"credit_note/{credit_note_id}"


def print_invoice(uow: UnitOfWork, invoice: Invoice) -> Paper:
    """Have an issued invoice printed, as the next version of its paper."""
    content = invoice_content(invoice, invoice.issuer or issuer_copy(uow))
    subject, name = invoice_subject(invoice.id), f"{invoice.number}.pdf"
    return request_paper(uow, Wanted(invoice.client_id, subject, "invoice", content, name))


def print_credit_note(uow: UnitOfWork, invoice: Invoice, note: CreditNote) -> Paper:
    """Have a credit note of an invoice printed."""
    content = credit_note_content(invoice, note, invoice.issuer or issuer_copy(uow))
    subject, name = credit_note_subject(note.id), f"{note.number}.pdf"
    return request_paper(uow, Wanted(invoice.client_id, subject, "invoice", content, name))


def reprint_invoice(uow: UnitOfWork, invoice_id: uuid.UUID) -> Paper:
    """Have an invoice printed afresh; the versions before stay. Raises `NotIssued`."""
    client, invoice = lock_invoice(uow, invoice_id, None)
    if invoice.status == DRAFT or invoice.number is None or client is None:
        raise NotIssued(f"It is {invoice.status}.", state=invoice.status)
    return print_invoice(uow, invoice)


def print_statement(uow: UnitOfWork, client_id: uuid.UUID, first: date, last: date) -> Paper:
    """Have a client's statement of account printed, as it stands now."""
    client = lock_client(uow, client_id)
    accounts = statement(uow.session, client.id, first, last)
    recipient = billing_copy(client)
    content = statement_content(issuer_copy(uow), recipient, first, last, accounts)
    subject = f"statement/{client.id}/{first}/{last}"
    name = f"Statement {recipient['client_code'] or ''} {first} to {last}.pdf".replace("  ", " ")
    return request_paper(uow, Wanted(client.id, subject, "statement", content, name))
