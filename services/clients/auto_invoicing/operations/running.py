"""A run, client by client: each in one transaction, with all its periods that are over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from services.clients.access.queries import get_workspace
from services.clients.auto_invoicing import queries, rules
from services.clients.auto_invoicing.models import (
    BROKEN_OFF,
    DONE,
    DRAFTED,
    FAILED,
    FOUND,
    ISSUED,
    NOTHING,
    BillingRun,
    InvoicingSchedule,
    RunItem,
)
from services.clients.auto_invoicing.operations.planning import AUTO_INVOICING, plan
from services.clients.auto_invoicing.rules import Period
from services.clients.billing.errors import NothingToBill
from services.clients.billing.models import Invoice
from services.clients.billing.operations.from_time import invoice_from_time
from services.clients.billing.operations.invoices import issue_invoice
from services.clients.correspondence.operations.invoices import issued_letter
from services.clients.correspondence.operations.writing import write_to_client
from services.clients.jobs.models import Job
from services.clients.jobs.operations.kinds import Kind, Turn
from services.clients.records.models.record import Client
from services.clients.records.queries.owned import lock_if_there
from shared.clock import now
from shared.errors import DomainError
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

#: How long a client is left alone that could not be invoiced.
RETRY_PAUSE = timedelta(hours=24)


def work(uow: UnitOfWork, job: Job) -> bool:
    """Invoice the next client that is due; whether there was none."""
    run = queries.run_of(uow.session, job.id)
    if run is None:
        return True
    client_id = _next(uow, run, job)
    if client_id is None:
        _finish(run, DONE)
        return True
    job.saved = {"after": str(client_id)}
    job.done += 1
    client = lock_if_there(uow, client_id)
    schedule = uow.session.get(
        InvoicingSchedule, client_id, populate_existing=True, with_for_update=True
    )
    if client is not None and schedule is not None:
        _invoice_client(uow, run, client, schedule)
    return False


def break_off(uow: UnitOfWork, job: Job) -> None:
    """The job failed or was cancelled: what was invoiced stays, the rest is for the next run."""
    run = queries.run_of(uow.session, job.id)
    if run is not None:
        _finish(run, BROKEN_OFF)


def _finish(run: BillingRun, state: str) -> None:
    run.state, run.finished_at = state, now()


def _next(uow: UnitOfWork, run: BillingRun, job: Job) -> uuid.UUID | None:
    today = rules.day_at(run.as_of, get_workspace(uow).time_zone)
    moment = None if run.started_by else run.as_of
    after = job.saved.get("after")
    due = queries.is_due(today, moment)
    return queries.next_due(uow.session, due, uuid.UUID(after) if after else None)


def _invoice_client(
    uow: UnitOfWork, run: BillingRun, client: Client, schedule: InvoicingSchedule
) -> None:
    """All its periods that are over, until one cannot be invoiced."""
    run.clients += 1
    zone = get_workspace(uow).time_zone
    today, since = rules.day_at(run.as_of, zone), rules.day_at(schedule.since, zone)
    frequency = client.auto_invoicing_frequency
    schedule.retry_at = None
    for period in rules.periods_due(frequency, since, schedule.invoiced_until, today):
        try:
            items = _invoiced(uow, run, client, period)
        except DomainError as error:
            items = [_item(run, client, period, FAILED, None, [_reason(error)])]
            run.failed += 1
            schedule.retry_at = run.as_of + RETRY_PAUSE
        uow.session.add_all(items)
        if schedule.retry_at is not None:
            break
        schedule.invoiced_until = period.end
    plan(uow, schedule, frequency)
    uow.flush()


def _invoiced(uow: UnitOfWork, run: BillingRun, client: Client, period: Period) -> list[RunItem]:
    """What the period came to: an invoice in each currency that there is time in, or nothing."""
    with uow.attempt():
        items = [*_invoices(uow, run, client, period)]
        uow.flush()
    if items:
        return items
    found = queries.invoice_of_period(uow.session, client.id, period.end)
    return [_item(run, client, period, NOTHING if found is None else FOUND, found, [])]


def _invoices(
    uow: UnitOfWork, run: BillingRun, client: Client, period: Period
) -> Iterator[RunItem]:
    while True:
        try:
            invoice = invoice_from_time(uow, client.id, (period.start, period.end))
        except NothingToBill:
            return
        uow.flush()
        yield _issued(uow, run, client, period, invoice)


def _issued(
    uow: UnitOfWork, run: BillingRun, client: Client, period: Period, draft: Invoice
) -> RunItem:
    """The draft issued and sent where the workspace wants that; it stays one where it cannot."""
    run.invoiced += 1
    if not run.issues:
        return _item(run, client, period, DRAFTED, draft, [])
    try:
        with uow.attempt():
            invoice = issue_invoice(uow, draft.id)
            write_to_client(uow, client, issued_letter(uow, invoice))
            uow.flush()
    except DomainError as error:
        uow.session.refresh(draft)
        run.failed += 1
        return _item(run, client, period, DRAFTED, draft, [_reason(error)])
    return _item(run, client, period, ISSUED, invoice, [])


def _reason(error: DomainError) -> dict[str, object]:
    """Why not, with every field that is named."""
    return {
        "code": error.code,
        "message": error.detail or error.title,
        "errors": [each.as_dict() for each in error.errors],
    }


def _item(
    run: BillingRun,
    client: Client,
    period: Period,
    outcome: str,
    invoice: Invoice | None,
    errors: list[dict[str, object]],
) -> RunItem:
    return RunItem(
        id=uuid7(),
        workspace_id=run.workspace_id,
        run_id=run.id,
        client_id=client.id,
        client_name=client.company_name,
        period_start=period.start,
        period_end=period.end,
        currency=None if invoice is None else invoice.currency,
        outcome=outcome,
        invoice_id=None if invoice is None else invoice.id,
        number=None if invoice is None else invoice.number,
        total=None if invoice is None else invoice.total,
        errors=errors,
    )


KIND = Kind(AUTO_INVOICING, lambda: Turn(work), break_off)
