"""The periodic work of deletion: what is due, and this service's part of what has begun."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import partial

from celery import Celery

from services.clients.deletion import queries
from services.clients.deletion.operations import erasing
from shared.housekeeping import RUN_SECONDS, repeated
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job that beat wakes."""

    @job(app, "clients.advance_deletions")
    def advance() -> None:
        advance_deletions(runtime)


def advance_deletions(runtime: Runtime) -> int:
    """Do what is due, workspace by workspace; returns how many batches it did."""
    workspaces = runtime.across_workspaces(queries.workspaces_with_deletions)
    deadline = time.monotonic() + RUN_SECONDS
    return sum(
        repeated(partial(_done, runtime, workspace_id, work), deadline)
        for workspace_id in workspaces
        for work in (erasing.start_next, erasing.erase_next)
    )


def _done(runtime: Runtime, workspace_id: uuid.UUID, work: Callable[[UnitOfWork], bool]) -> bool:
    """Each batch is a transaction of its own: a kill in between loses none of the others."""
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        return work(uow)
