"""What beat wakes: starting the runs that are due."""

from __future__ import annotations

import uuid
from datetime import datetime

from celery import Celery

from services.clients.access.queries import get_workspace
from services.clients.auto_invoicing import queries, rules
from services.clients.auto_invoicing.models import DONE
from services.clients.auto_invoicing.operations.planning import start_due
from services.clients.jobs.operations.schedules import Last, Schedule
from shared.clock import now
from shared.housekeeping import each_by_itself
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job."""

    @job(app, "clients.start_billing")
    def start() -> None:
        start_billing(runtime, now())


def start_billing(runtime: Runtime, as_of: datetime) -> int:
    """Start a run in every workspace where a client is due; returns how many were started."""
    found = runtime.across_workspaces(lambda session: queries.workspaces_to_invoice(session, as_of))
    return each_by_itself(found, lambda workspace_id: _start(runtime, workspace_id, as_of))


def _start(runtime: Runtime, workspace_id: uuid.UUID, as_of: datetime) -> int:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return start_due(uow, as_of) is not None


def _next_at(uow: UnitOfWork) -> datetime | None:
    """When the next client of the workspace is due."""
    day = queries.first_due_on(uow.session)
    return None if day is None else rules.begins(day, get_workspace(uow).time_zone)


def _last(uow: UnitOfWork) -> Last | None:
    """The newest run; one that goes on or was broken off says so."""
    run = queries.newest_run(uow.session)
    if run is None:
        return None
    did = f"{run.clients} clients, {run.invoiced} invoices, {run.failed} to look at"
    return Last(run.created_at, did if run.state == DONE else f"{run.state}: {did}")


SCHEDULE = Schedule(
    "auto-invoicing",
    "Invoices clients for their time by the week, fortnight or month.",
    _next_at,
    _last,
    start_billing,
)
