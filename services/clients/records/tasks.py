"""Words of an older folding are made anew."""

from __future__ import annotations

import time

from celery import Celery

from services.clients.records.operations import reindexing
from services.clients.records.queries import clients
from shared.housekeeping import RUN_SECONDS, in_each_workspace
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job that beat wakes."""

    @job(app, "clients.reindex_clients")
    def reindex() -> None:
        reindex_clients(runtime)


def reindex_clients(runtime: Runtime) -> int:
    """Make words of an older folding anew, as far as a run gets; returns of how many clients."""
    deadline = time.monotonic() + RUN_SECONDS
    workspaces = runtime.across_workspaces(clients.workspaces_to_reindex)
    return in_each_workspace(runtime, workspaces, reindexing.reindex_some, deadline)
