"""What a report tells of, and for whom one is due."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Row, func, or_, select, text
from sqlalchemy.orm import Session

from services.clients.billing.models import DRAFT, VOID, Invoice, Payment
from services.clients.printing.models import Paper
from services.clients.projects.models import Project
from services.clients.reports.models import ReportSchedule
from services.clients.reports.rules import Quarter

_AT_ONCE = 20
_TO_REPORT = text("SELECT workspaces_to_report(:moment)")
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


def workspaces_to_report(session: Session, moment: datetime) -> list[uuid.UUID]:
    """Where a client has reports and has not had the latest."""
    return list(session.scalars(_TO_REPORT, {"moment": moment}))


def clients_due(session: Session, last: date, after: uuid.UUID) -> list[uuid.UUID]:
    """Some clients who are not reported until a day, by their ids, after one of them."""
    until = ReportSchedule.reported_until
    due = or_(until.is_(None), until < last)
    found = select(ReportSchedule.client_id).where(due, ReportSchedule.client_id > after)
    return [*session.scalars(found.order_by(ReportSchedule.client_id).limit(_AT_ONCE))]


def is_reported(session: Session, client_id: uuid.UUID, quarter: Quarter, over: datetime) -> bool:
    """Whether there is a report of a quarter that was made once it was over."""
    made = (Paper.subject == subject(client_id, quarter), Paper.created_at >= over)
    return session.scalar(select(Paper.id).where(*made).limit(1)) is not None


def has_reports(session: Session) -> bool:
    """Whether a client of the workspace has quarterly reports."""
    return session.scalar(select(ReportSchedule.client_id).limit(1)) is not None


def last_reported(session: Session) -> tuple[datetime, date, int] | None:
    """The latest quarter's last day that clients have had reports until, how many of them, and
    when the last one of them had."""
    until = ReportSchedule.reported_until
    found = select(func.max(ReportSchedule.reported_at), until, func.count())
    latest = found.where(until.is_not(None)).group_by(until).order_by(until.desc()).limit(1)
    moment, last, clients = session.execute(latest).one_or_none() or (None, None, 0)
    return None if moment is None or last is None else (moment, last, clients)


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
