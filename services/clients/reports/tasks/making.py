"""What reports do by themselves: those of a quarter that is over are made."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from celery import Celery

from services.clients.access.queries import get_workspace, local_today
from services.clients.jobs.operations.schedules import Schedule
from services.clients.reports import queries, rules
from services.clients.reports.operations import making
from services.clients.reports.rules import Quarter
from shared.clock import now
from shared.housekeeping import each_by_itself
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.make_reports")
    def make() -> None:
        make_reports(runtime, now())


def make_reports(runtime: Runtime, as_of: datetime) -> int:
    """Have the reports made that are due in all workspaces, each in its own zone; how many."""
    workspaces = runtime.across_workspaces(queries.workspaces_with_reports)
    return each_by_itself(workspaces, lambda each: _make_in(runtime, each, as_of))


def _make_in(runtime: Runtime, workspace_id: uuid.UUID, as_of: datetime) -> int:
    """One client after the other, so that one that fails holds up no other."""
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        zone = ZoneInfo(get_workspace(uow).time_zone)
    quarter = rules.quarter_before(as_of.astimezone(zone).date())
    pages = _due(runtime, workspace_id, quarter)
    make = partial(_make, runtime, workspace_id, quarter)
    return sum(each_by_itself(page, make) for page in pages)


def _due(runtime: Runtime, workspace_id: uuid.UUID, quarter: Quarter) -> Iterator[list[uuid.UUID]]:
    after = uuid.UUID(int=0)
    while True:
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            page = queries.clients_due(uow.session, quarter, after)
        if not page:
            return
        yield page
        after = page[-1]


def _make(
    runtime: Runtime, workspace_id: uuid.UUID, quarter: Quarter, client_id: uuid.UUID
) -> bool:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return making.make_once(uow, client_id, quarter)


def _next_at(uow: UnitOfWork) -> datetime | None:
    """When the quarter is over that goes on; None where nobody has reports."""
    if not queries.has_reports(uow.session):
        return None
    first = rules.quarter_of(local_today(uow)).following.first
    zone = ZoneInfo(get_workspace(uow).time_zone)
    return datetime.combine(first, datetime.min.time(), zone)


SCHEDULE = Schedule(
    "quarterly-reports",
    "Makes the report of each quarter for the clients who have reports.",
    _next_at,
    make_reports,
)
