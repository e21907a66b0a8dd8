"""What is shown in the portal. Every statement names the client, and is carried out as the role
that sees no other."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from services.clients.billing.models import DRAFT, OPEN, CreditNote, Invoice
from services.clients.billing.operations.papers import credit_note_subject, invoice_subject
from services.clients.billing.queries.invoices import WITHOUT_PARTS
from services.clients.portal.errors import NothingThere
from services.clients.printing.models import Paper
from services.clients.printing.queries import newest_paper
from services.clients.projects.models import Project


@dataclass(frozen=True, slots=True)
class Balance:
    """What is open in a currency, and what of it is overdue."""

    currency: str
    open: Decimal
    overdue: Decimal


def projects_of(client_id: uuid.UUID) -> Select[Project]:
    """The client's projects, to be paged."""
    return select(Project).where(Project.client_id == client_id)


def get_project(session: Session, client_id: uuid.UUID, project_id: uuid.UUID) -> Project:
    """A project of the client; raises `NothingThere`."""
    found = session.get(Project, project_id)
    if found is None or found.client_id != client_id:
        raise NothingThere
    return found


def invoices_of(client_id: uuid.UUID) -> Select[Invoice]:
    """The client's issued invoices without lines and payments, to be paged."""
    issued = select(Invoice).where(Invoice.client_id == client_id, Invoice.status != DRAFT)
    return issued.options(*WITHOUT_PARTS)


def get_invoice(session: Session, client_id: uuid.UUID, invoice_id: uuid.UUID) -> Invoice:
    """An issued invoice of the client; raises `NothingThere`."""
    found = session.get(Invoice, invoice_id)
    if found is None or found.client_id != client_id or found.status == DRAFT:
        raise NothingThere
    return found


def invoice_paper(session: Session, invoice: Invoice) -> Paper:
    """The newest PDF of an invoice; raises `NothingThere` before it is made."""
    return _printed(newest_paper(session, invoice_subject(invoice.id)))


def credit_note_paper(session: Session, invoice: Invoice, note_id: uuid.UUID) -> Paper:
    """The PDF of a credit note of an invoice; raises `NothingThere`."""
    note = session.get(CreditNote, note_id)
    if note is None or note.invoice_id != invoice.id:
        raise NothingThere
    return _printed(newest_paper(session, credit_note_subject(note.id)))


def _printed(paper: Paper | None) -> Paper:
    if paper is None or paper.printed_at is None:
        raise NothingThere("Its PDF is not made yet.")
    return paper


def balances(session: Session, client_id: uuid.UUID, today: date) -> list[Balance]:
    """What of the client's invoices is open, per currency."""
    left = Invoice.total - Invoice.amount_paid - Invoice.amount_credited
    late = case((Invoice.due_on < today, left), else_=Decimal(0))
    found = select(Invoice.currency, func.sum(left), func.sum(late)).where(
        Invoice.client_id == client_id, Invoice.status.in_(OPEN)
    )
    rows = session.execute(found.group_by(Invoice.currency).order_by(Invoice.currency))
    return [Balance(*row) for row in rows]
