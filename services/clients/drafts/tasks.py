"""Drafts that nobody saved for thirty days go."""

from __future__ import annotations

import time
from functools import partial
from uuid import UUID

from celery import Celery

from services.clients.drafts import operations
from services.clients.drafts.queries import workspaces_with_old_drafts
from shared.housekeeping import RUN_SECONDS, each_by_itself, repeated
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
    return each_by_itself(
        workspaces, lambda each: repeated(partial(_sweep, runtime, each), deadline), deadline
    )


def _sweep(runtime: Runtime, workspace_id: UUID) -> int:
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return operations.expire_drafts(uow)
