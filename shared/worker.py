"""The worker of a service: its Celery app with the one task that applies batches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from celery import Celery, Task

from shared.logging import get_logger
from shared.messaging.celery_app import make_celery
from shared.messaging.envelope import Batch, unpack
from shared.messaging.inbox import Apply, Inbox, WrongEpoch
from shared.messaging.outages import Outage
from shared.messaging.topology import ingest_task
from shared.runtime import Runtime

_log = get_logger(__name__)

# How long a task waits before it ends when its database is away: longer would hold the
# worker up, shorter would drain the queue into nothing while the outage lasts.
OUTAGE_PAUSE_SECONDS = 5.0


def make_worker(
    runtime: Runtime,
    apply: Apply,
    uses: tuple[str, ...] = ("",),
    after_apply: Callable[[], None] | None = None,
) -> Celery:
    """The Celery app that consumes for this service; job tasks are added by the service.

    `uses` are the beginnings of the types that it has a use for. `after_apply` is called once a
    message has been applied, unless all of it was known.
    """
    app = make_celery(runtime.service, runtime.settings)

    def inbox() -> Inbox:
        return Inbox(runtime.service, runtime.pipe_engine, apply, uses)

    def ingest(self: Task[Any, Any], packed: str) -> None:
        applied = _ingest(inbox(), unpack(packed), _is_redelivered(self))
        if applied and after_apply:
            after_apply()

    app.task(
        ingest,
        bind=True,
        name=ingest_task(runtime.service),
        max_retries=3,
        default_retry_delay=5,
        shared=False,
    )
    return app


def _is_redelivered(task: Task[Any, Any]) -> bool:
    info = task.request.delivery_info or {}
    return bool(info.get("redelivered")) or task.request.retries > 0


def _ingest(inbox: Inbox, batch: Batch, redelivered: bool) -> int:
    """Apply a message; how many envelopes of it were. What it cannot apply now, the reconciler
    pulls within seconds."""
    try:
        applied = inbox.ingest(batch, suspicious=redelivered)
        if skipped := len(batch["envelopes"]) - applied:
            _log.info("known already", source=batch["source"], envelopes=skipped)
    except Outage as error:
        _log.warning("cannot apply now", error=str(error))
        time.sleep(OUTAGE_PAUSE_SECONDS)
    except WrongEpoch as error:
        _log.warning("batch of another log", error=str(error))
    else:
        return applied
    return 0


def job(app: Celery, name: str) -> Callable[[Callable[..., None]], Any]:
    """Register a job task of this service under its name in the topology."""
    register: Callable[[Callable[..., None]], Any] = app.task(
        name=name, max_retries=3, default_retry_delay=5, shared=False
    )
    return register
