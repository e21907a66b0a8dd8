"""Drafts that nobody saved for thirty days go."""

from __future__ import annotations

import time

from celery import Celery

from services.clients.drafts import operations
from services.clients.drafts.queries import workspaces_with_old_drafts
from shared.housekeeping import RUN_SECONDS, in_each_workspace
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job that beat wakes."""

    @job(app, "clients.sweep_drafts")
    def sweep() -> None:
        sweep_drafts(runtime)


def sweep_drafts(runtime: Runtime) -> int:
    """Throw away the drafts of all workspaces that have expired; returns how many went."""
    deadline = time.monotonic() + RUN_SECONDS
    workspaces = runtime.across_workspaces(workspaces_with_old_drafts)
    return in_each_workspace(runtime, workspaces, operations.expire_drafts, deadline)
