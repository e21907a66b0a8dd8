"""What reports do by themselves: those of a quarter that is over are made."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from celery import Celery

from services.clients.access.queries import get_workspace, local_today
from services.clients.jobs.operations.schedules import Last, Schedule
from services.clients.reports import queries, rules
from services.clients.reports.operations import making
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
    found = runtime.across_workspaces(lambda session: queries.workspaces_to_report(session, as_of))
    return each_by_itself(found, lambda each: _make_in(runtime, each, as_of))


def _make_in(runtime: Runtime, workspace_id: uuid.UUID, as_of: datetime) -> int:
    """One client after the other, so that one that fails holds up no other."""
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        zone = ZoneInfo(get_workspace(uow).time_zone)
    quarter = rules.quarter_before(as_of.astimezone(zone).date())
    make = partial(_make, runtime, workspace_id, as_of)
    return sum(each_by_itself(page, make) for page in _due(runtime, workspace_id, quarter.last))


def _due(runtime: Runtime, workspace_id: uuid.UUID, last: date) -> Iterator[list[uuid.UUID]]:
    after = uuid.UUID(int=0)
    while True:
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            page = queries.clients_due(uow.session, last, after)
        if not page:
            return
        yield page
        after = page[-1]


def _make(runtime: Runtime, workspace_id: uuid.UUID, as_of: datetime, client_id: uuid.UUID) -> int:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return making.make_due(uow, client_id, as_of)


def _next_at(uow: UnitOfWork) -> datetime | None:
    """When the quarter is over that goes on; None where nobody has reports."""
    if not queries.has_reports(uow.session):
        return None
    first = rules.quarter_of(local_today(uow)).following.first
    zone = ZoneInfo(get_workspace(uow).time_zone)
    return datetime.combine(first, datetime.min.time(), zone)


def _last(uow: UnitOfWork) -> Last | None:
    """The latest quarter, and who is through with it: young clients have no report of it."""
    found = queries.last_reported(uow.session)
    if found is None:
        return None
    moment, last, clients = found
    return Last(moment, f"{rules.quarter_of(last).name}, {clients} clients looked at")


SCHEDULE = Schedule(
    "quarterly-reports",
    "Makes the report of each quarter for the clients who have reports.",
    _next_at,
    _last,
    make_reports,
)
