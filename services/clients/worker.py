"""The Celery app of the clients service: its ingest task and its jobs."""

from __future__ import annotations

from celery import Celery

from services.clients.access.tasks import register_tasks as register_tokens
from services.clients.consumers import apply
from services.clients.deletion.tasks import register_tasks as register_deletions
from services.clients.drafts.tasks import register_tasks as register_drafts
from services.clients.records.tasks import register_tasks as register_records
from services.clients.settings import ClientsSettings
from services.clients.transfer.tasks import register_tasks as register_transfers
from shared.housekeeping import register_idempotency_purge
from shared.runtime import Runtime
from shared.worker import make_worker


def create_worker(settings: ClientsSettings) -> Celery:
    """The app that both workers of this service run, each on its own queue."""
    runtime = Runtime("clients", settings)
    app = make_worker(runtime, apply)
    register_deletions(app, runtime)
    register_drafts(app, runtime)
    register_records(app, runtime)
    register_transfers(app, runtime)
    register_tokens(app, runtime)
    register_idempotency_purge(app, runtime)
    return app
