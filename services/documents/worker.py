"""The Celery app of the documents service: its ingest task and its jobs."""

from __future__ import annotations

from celery import Celery

from services.documents.consumers import apply
from services.documents.settings import DocumentsSettings
from services.documents.tasks import register_tasks
from services.documents.uploads import Uploads
from shared.housekeeping import register_idempotency_purge
from shared.runtime import Runtime
from shared.storage.minio_store import store_for
from shared.worker import make_worker


def create_worker(settings: DocumentsSettings) -> Celery:
    """The app that both workers of this service run, each on its own queue."""
    runtime = Runtime("documents", settings)
    app = make_worker(runtime, apply)
    register_tasks(app, runtime, lambda: Uploads(store_for(settings), settings))
    register_idempotency_purge(app, runtime)
    return app
