"""When clients are due, and starting a run for those who are."""

from __future__ import annotations

from datetime import datetime

from services.clients.access.queries import get_workspace
from services.clients.auto_invoicing import queries, rules
from services.clients.auto_invoicing.errors import NothingDue
from services.clients.auto_invoicing.models import RUNNING, BillingRun, InvoicingSchedule
from services.clients.jobs.operations.creating import create_job
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

#: The kind of job that runs.
AUTO_INVOICING = "auto_invoicing"


def start_due(uow: UnitOfWork, as_of: datetime) -> BillingRun | None:
    """Start a run for the clients that are due; None where nobody is, or a run goes on."""
    _plan(uow)
    today = rules.day_at(as_of, get_workspace(uow).time_zone)
    due = queries.count_due(uow.session, queries.is_due(today, as_of))
    if not due or queries.open_run(uow.session) is not None:
        return None
    return _started(uow, as_of, due, None)


def start_now(uow: UnitOfWork) -> BillingRun:
    """Start a run because somebody asks for it, for clients too that a run has failed for a
    moment ago; the run that goes on is the one asked for. Raises `NothingDue`."""
    _plan(uow)
    going_on = queries.open_run(uow.session)
    if going_on is not None:
        return going_on
    today = rules.day_at(now(), get_workspace(uow).time_zone)
    due = queries.count_due(uow.session, queries.is_due(today, None))
    if not due:
        raise NothingDue
    return _started(uow, now(), due, uow.actor.name)


def plan(uow: UnitOfWork, schedule: InvoicingSchedule, frequency: str | None) -> None:
    """Work out anew when a client is due."""
    since = rules.day_at(schedule.since, get_workspace(uow).time_zone)
    if schedule.invoiced_until is None:
        schedule.invoiced_until = queries.invoiced_until(uow.session, schedule.client_id, since)
    schedule.due_on = rules.next_period(frequency, since, schedule.invoiced_until).due_on


def _plan(uow: UnitOfWork) -> None:
    """Of two beats, and whoever clicks at the same moment, one plans and starts."""
    uow.take_turn("billing runs")
    for schedule, frequency in queries.unplanned(uow.session):
        plan(uow, schedule, frequency)
    uow.flush()


def _started(uow: UnitOfWork, as_of: datetime, due: int, started_by: str | None) -> BillingRun:
    job = create_job(uow, AUTO_INVOICING, {"as_of": as_of.isoformat()})
    job.total = due
    run = BillingRun(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        job_id=job.id,
        state=RUNNING,
        as_of=as_of,
        issues=get_workspace(uow).auto_invoicing_issues,
        started_by=started_by,
        clients=0,
        invoiced=0,
        failed=0,
        created_at=now(),
        finished_at=None,
    )
    uow.session.add(run)
    return run
