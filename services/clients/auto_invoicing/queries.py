"""Reading schedules and runs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.orm import Session

from services.clients.auto_invoicing.errors import RunNotFound
from services.clients.auto_invoicing.models import (
    MADE,
    RUNNING,
    BillingRun,
    InvoicingSchedule,
    RunItem,
)
from services.clients.billing.models import VOID, Invoice
from services.clients.billing.queries.invoices import WITHOUT_PARTS
from services.clients.records.models.record import CLIENTS
from shared.http.paging import Page, Sort, page
from shared.unit_of_work import UnitOfWork

_TO_INVOICE = text("SELECT workspaces_to_invoice(:moment)")


def workspaces_to_invoice(session: Session, moment: datetime) -> list[uuid.UUID]:
    """Every workspace with a client that is due, or of which it is not known when it is."""
    return list(session.scalars(_TO_INVOICE, {"moment": moment}))


def unplanned(session: Session) -> list[tuple[InvoicingSchedule, str | None]]:
    """The schedules of which it is not known when they are due, held, with their frequencies."""
    found = (
        select(InvoicingSchedule, CLIENTS.c.auto_invoicing_frequency)
        .join(CLIENTS, CLIENTS.c.id == InvoicingSchedule.client_id)
        .where(InvoicingSchedule.due_on.is_(None))
        .order_by(InvoicingSchedule.client_id)
        .with_for_update(of=InvoicingSchedule)
    )
    return [tuple(row) for row in session.execute(found)]


def is_due(today: date, moment: datetime | None) -> ColumnElement[bool]:
    """Due on a day; without a moment, also what is left alone until later."""
    due = InvoicingSchedule.due_on <= today
    if moment is None:
        return due
    retry_at = InvoicingSchedule.retry_at
    return due & or_(retry_at.is_(None), retry_at <= moment)


def count_due(session: Session, due: ColumnElement[bool]) -> int:
    """How many clients are due."""
    found = select(func.count()).select_from(InvoicingSchedule).where(due)
    return session.scalar(found) or 0


def next_due(
    session: Session, due: ColumnElement[bool], after: uuid.UUID | None
) -> uuid.UUID | None:
    """The next client that is due, in the order of ids."""
    wanted = select(InvoicingSchedule.client_id).where(due)
    if after is not None:
        wanted = wanted.where(InvoicingSchedule.client_id > after)
    return session.scalar(wanted.order_by(InvoicingSchedule.client_id).limit(1))


def first_due_on(session: Session) -> date | None:
    """The day on which the next client is due."""
    return session.scalar(select(func.min(InvoicingSchedule.due_on)))


def open_run(session: Session) -> BillingRun | None:
    """The run that goes on."""
    return session.scalar(select(BillingRun).where(BillingRun.state == RUNNING))


def newest_run(session: Session) -> BillingRun | None:
    """The run that began last."""
    return session.scalar(select(BillingRun).order_by(BillingRun.id.desc()).limit(1))


def run_of(session: Session, job_id: uuid.UUID) -> BillingRun | None:
    """The run that a job carries out, held."""
    wanted = select(BillingRun).where(BillingRun.job_id == job_id)
    return session.scalar(wanted.with_for_update())


def get_run(session: Session, run_id: uuid.UUID) -> BillingRun:
    """A run; raises `RunNotFound`."""
    found = session.get(BillingRun, run_id)
    if found is None:
        raise RunNotFound
    return found


def items_of(uow: UnitOfWork, run_id: uuid.UUID, cursor: str | None, limit: int) -> Page:
    """A page of what came of a run, in its order."""
    wanted = select(RunItem).where(RunItem.run_id == run_id)
    return page(
        uow.session,
        uow.vault,
        wanted,
        [Sort(RunItem.id)],
        scope=f"billing-run {run_id}",
        cursor=cursor,
        limit=limit,
    )


def list_runs(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's runs, the newest first."""
    return page(
        uow.session,
        uow.vault,
        select(BillingRun),
        [Sort(BillingRun.id, descending=True)],
        scope="billing-runs",
        cursor=cursor,
        limit=limit,
    )


def invoiced_until(session: Session, client_id: uuid.UUID, since: date) -> date | None:
    """The end of what a client was invoiced for by itself already, if that is not before a day."""
    ends = (RunItem.client_id == client_id, RunItem.outcome.in_(MADE), RunItem.period_end >= since)
    return session.scalar(select(func.max(RunItem.period_end)).where(*ends))


def invoice_of_period(session: Session, client_id: uuid.UUID, end: date) -> Invoice | None:
    """An invoice of a client for a period that ends on this day, made by whomever."""
    wanted = select(Invoice).where(
        Invoice.client_id == client_id, Invoice.period_end == end, Invoice.status != VOID
    )
    return session.scalar(wanted.options(*WITHOUT_PARTS).order_by(Invoice.id).limit(1))


def scheduled_clients(
    session: Session, most: int
) -> Sequence[tuple[InvoicingSchedule, str, str | None, str | None]]:
    """Who is invoiced next, the first due first: with name, code and frequency."""
    wanted = (
        select(
            InvoicingSchedule,
            CLIENTS.c.company_name,
            CLIENTS.c.client_code,
            CLIENTS.c.auto_invoicing_frequency,
        )
        .join(CLIENTS, CLIENTS.c.id == InvoicingSchedule.client_id)
        .order_by(InvoicingSchedule.due_on, CLIENTS.c.company_name)
        .limit(most)
    )
    return [tuple(row) for row in session.execute(wanted)]
