"""What reports do by themselves: those of a quarter that is over are made."""

from __future__ import annotations

from celery import Celery

from services.clients.reports import queries
from services.clients.reports.operations import making
from shared.housekeeping import in_each_workspace
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.make_reports")
    def make() -> None:
        make_reports(runtime)


def make_reports(runtime: Runtime) -> int:
    """Have the reports made that are due in all workspaces, each in its own zone; how many."""
    workspaces = runtime.across_workspaces(queries.workspaces_with_reports)
    return in_each_workspace(runtime, workspaces, making.make_due)
