"""What beat wakes: reminders of overdue invoices."""

from __future__ import annotations

import uuid
from datetime import datetime

from celery import Celery

from services.clients.access.queries import local_today
from services.clients.correspondence import queries
from services.clients.correspondence.operations.invoices import remind_overdue
from services.clients.jobs.operations.schedules import Schedule
from shared.clock import now
from shared.housekeeping import each_by_itself, repeated
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job."""

    @job(app, "clients.remind_overdue")
    def remind() -> None:
        send_reminders(runtime, now())


def send_reminders(runtime: Runtime, as_of: datetime) -> int:
    """Remind of every invoice that is due to be reminded of; returns of how many."""
    return repeated(
        lambda: each_by_itself(_due(runtime, as_of), lambda each: _remind(runtime, *each))
    )


def _due(runtime: Runtime, as_of: datetime) -> list[tuple[uuid.UUID, uuid.UUID, int]]:
    return runtime.across_workspaces(lambda session: queries.invoices_to_remind(session, as_of))


def _remind(runtime: Runtime, workspace_id: uuid.UUID, invoice_id: uuid.UUID, days: int) -> bool:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        remind_overdue(uow, invoice_id, days)
    return True


def _next_at(uow: UnitOfWork) -> datetime | None:
    return queries.next_reminder(uow.session, local_today(uow))


SCHEDULE = Schedule(
    "overdue-reminders",
    "Reminds clients of invoices that are overdue for so many days as the workspace says.",
    _next_at,
    send_reminders,
)
