"""The Celery app of the activity service: its ingest task."""

from __future__ import annotations

from celery import Celery

from services.activity.events.consumers import apply
from services.activity.settings import ActivitySettings
from shared.runtime import Runtime
from shared.worker import make_worker


def create_worker(settings: ActivitySettings) -> Celery:
    """The app that the workers of this service run."""
    return make_worker(Runtime("activity", settings), apply)
