"""What a report tells of, and for whom one is due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from services.clients.billing.models import DRAFT, VOID, Invoice, Payment
from services.clients.printing.models import Paper
from services.clients.projects.models import Project
from services.clients.records.models.record import CLIENTS
from services.clients.reports.rules import Quarter

_AT_ONCE = 20
_WORKSPACES = text("SELECT workspaces_with_reports()")
_DUE = text(
    """
    SELECT c.id FROM clients AS c
    WHERE c.quarterly_reports AND NOT c.internal AND c.status = 'active'
      AND c.created_at < :over AND c.id > :after
      AND NOT EXISTS (SELECT FROM papers AS p
                      WHERE p.subject = 'report/' || c.id || '/' || :quarter)
    ORDER BY c.id LIMIT :most
    """
)
_BY_POSITION = text(
    """
    SELECT position, sum(hours) AS hours, sum(overtime_hours) AS overtime FROM time_entries
    WHERE client_id = :client AND date BETWEEN :first AND :last
    GROUP BY position ORDER BY sum(hours) DESC, position
    """
)
_BY_MONTH = text(
    """
    SELECT date_trunc('month', date)::date AS month, sum(hours) AS hours FROM time_entries
    WHERE client_id = :client AND date BETWEEN :first AND :last GROUP BY 1
    """
)
_BY_PROJECT = text(
    """
    SELECT project_id, sum(hours) AS hours FROM time_entries
    WHERE client_id = :client AND date BETWEEN :first AND :last GROUP BY 1
    """
)


@dataclass(frozen=True, slots=True)
class Worked:
    """The hours of a quarter: by position with those in overtime, by month, by project."""

    by_position: Sequence[Row[str, Decimal, Decimal]]
    by_month: dict[date, Decimal]
    by_project: dict[uuid.UUID, Decimal]


def subject(client_id: uuid.UUID, quarter: Quarter) -> str:
    """What the reports of a client for a quarter are versions of."""
    return f"report/{client_id}/{quarter.name}"


def workspaces_with_reports(session: Session) -> list[uuid.UUID]:
    """Where a client has quarterly reports."""
    return list(session.scalars(_WORKSPACES))


def clients_due(session: Session, quarter: Quarter, after: uuid.UUID) -> list[uuid.UUID]:
    """Some clients that were there in a quarter and have no report of it, by their ids, after
    one of them."""
    over = quarter.following.first
    given = {"quarter": quarter.name, "over": over, "after": after, "most": _AT_ONCE}
    return list(session.scalars(_DUE, given))


def has_reports(session: Session) -> bool:
    """Whether a client of the workspace has quarterly reports."""
    return (
        session.scalar(select(CLIENTS.c.id).where(CLIENTS.c.quarterly_reports).limit(1)) is not None
    )


def reports_of(session: Session, client_id: uuid.UUID) -> Sequence[Paper]:
    """All reports of a client, the latest quarter first, and of each its newest version."""
    mine = Paper.subject.startswith(f"report/{client_id}/", autoescape=True)
    found = select(Paper).where(Paper.client_id == client_id, mine)
    return session.scalars(found.order_by(Paper.subject.desc(), Paper.version.desc())).all()


def worked(session: Session, client_id: uuid.UUID, quarter: Quarter) -> Worked:
    """The hours that were entered for a quarter."""
    asked = {"client": client_id, "first": quarter.first, "last": quarter.last}
    months = session.execute(_BY_MONTH, asked).all()
    projects = session.execute(_BY_PROJECT, asked).all()
    return Worked(
        session.execute(_BY_POSITION, asked).all(),
        {row.month: row.hours for row in months},
        {row.project_id: row.hours for row in projects},
    )


def projects_of(session: Session, client_id: uuid.UUID) -> Sequence[Project]:
    """The client's projects, in the order they were set up."""
    mine = select(Project).where(Project.client_id == client_id)
    return session.scalars(mine.order_by(Project.id)).all()


def invoices_of(session: Session, client_id: uuid.UUID, quarter: Quarter) -> Sequence[Invoice]:
    """The invoices of a quarter that stand, by their day."""
    issued = select(Invoice).where(
        Invoice.client_id == client_id,
        Invoice.status.not_in((DRAFT, VOID)),
        Invoice.issued_on.between(quarter.first, quarter.last),
    )
    return session.scalars(issued.order_by(Invoice.issued_on, Invoice.number)).all()


def payments_of(
    session: Session, client_id: uuid.UUID, quarter: Quarter
) -> Sequence[Row[Payment, str | None, str]]:
    """What was paid and given back in a quarter, with the invoice's number and currency."""
    paid = (
        select(Payment, Invoice.number, Invoice.currency)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(
            Invoice.client_id == client_id,
            Payment.paid_on.between(quarter.first, quarter.last),
        )
        .order_by(Payment.paid_on, Payment.id)
    )
    return session.execute(paid).all()
