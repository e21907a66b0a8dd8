"""The periodic work of transfer: files are kept for a while."""

from __future__ import annotations

import time

from celery import Celery

from services.clients.transfer import queries
from services.clients.transfer.models import FILES_KEPT, IMPORTS_KEPT
from services.clients.transfer.operations.forgetting import forget_old
from shared.clock import now
from shared.housekeeping import RUN_SECONDS, in_each_workspace
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job that beat wakes every few minutes."""

    @job(app, "clients.purge_transfers")
    def purge() -> None:
        purge_transfers(runtime)


def purge_transfers(runtime: Runtime) -> None:
    """Delete the files of all workspaces that were kept long enough, and old imports, as many as
    there is time for."""
    files, imports = now() - FILES_KEPT, now() - IMPORTS_KEPT
    workspaces = runtime.across_workspaces(
        lambda session: queries.workspaces_with_old_files(session, files, imports)
    )
    deadline = time.monotonic() + RUN_SECONDS
    in_each_workspace(runtime, workspaces, lambda uow: forget_old(uow, files, imports), deadline)
