"""Access tokens that have expired go: nobody can sign in by them, and they pile up."""

from __future__ import annotations

from celery import Celery

from services.clients.access.operations import people
from shared.housekeeping import repeated
from shared.runtime import Runtime
from shared.worker import job


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job."""

    @job(app, "clients.purge_tokens")
    def purge() -> None:
        purge_tokens(runtime)


def purge_tokens(runtime: Runtime) -> int:
    """Delete the expired tokens of all workspaces; returns how many went."""
    return repeated(lambda: people.purge_expired_tokens(runtime.app_engine))
