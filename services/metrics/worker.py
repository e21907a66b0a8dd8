"""The Celery app of the metrics service: its ingest task."""

from __future__ import annotations

from celery import Celery

from services.metrics.consumers import apply
from services.metrics.settings import MetricsSettings
from shared.runtime import Runtime
from shared.worker import make_worker


def create_worker(settings: MetricsSettings) -> Celery:
    """The app that the workers of this service run."""
    return make_worker(Runtime("metrics", settings), apply)
