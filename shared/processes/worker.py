"""A service's Celery worker, for its events or for its jobs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import celery.apps.worker
from celery import Celery, bootsteps, signals
from celery.platforms import EX_FAILURE
from celery.worker import state

from shared.logging import get_logger
from shared.messaging.nudge import APPLIED
from shared.messaging.topology import ingest_queue, jobs_queue
from shared.processes.celery_logging import say_ready, take_over_logging
from shared.progress import note_progress
from shared.runtime import Runtime
from shared.service import S, Service
from shared.settings import load, setting
from shared.worker import make_worker

LOOK_SECONDS = 5.0
# One look may fall between the end of a task and its acknowledgement.
DEAF_LOOKS = 2


@dataclass(frozen=True)
class WorkerSettings:
    """How many tasks a worker runs at once."""

    concurrency: int = setting(
        "CLIENTELE_WORKER_CONCURRENCY", 2, help="child processes of a Celery worker"
    )


def run_ingest(service: Service[S]) -> None:
    """Apply the events that the service listens to until SIGTERM."""
    _run(service, f"{service.name}-worker", ingest_queue(service.name))


def run_jobs(service: Service[S]) -> None:
    """Do the service's jobs until SIGTERM."""
    _run(service, f"{service.name}-jobs", jobs_queue(service.name))


def create_worker(service: Service[S], settings: S) -> Celery:
    """The Celery app that both workers of a service run, each on its own queue."""
    runtime = Runtime(service.name, settings)
    # Only what is done beside waits for what was applied.
    after_apply = partial(runtime.nudge, APPLIED) if service.beside else None
    app = make_worker(runtime, service.apply(), service.uses, after_apply)
    for register in service.register_jobs(settings) if service.register_jobs else ():
        register(app, runtime)
    return app


def _run(service: Service[S], name: str, queue: str) -> None:
    settings = load(service.settings)
    take_over_logging(name, settings.log_level)
    signals.worker_ready.connect(say_ready, weak=False)
    app = create_worker(service, settings)
    app.steps["consumer"].add(_Progress)
    worker = app.Worker(
        hostname=f"{name}@{os.uname().nodename}",
        queues=[queue],
        concurrency=load(WorkerSettings).concurrency,
        pool="prefork",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    # What it says there is advice for a person at a terminal of its own.
    celery.apps.worker.safe_say = _say_nothing
    worker.start()
    sys.exit(worker.exitcode)


class _Progress(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types.
    """Touches the progress file from the loop that takes messages, while it can take any.

    An acknowledgement that is lost with its connection keeps its message's slot taken for good.
    A worker whose slots are all gone is deaf: it ends, and is started again.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)
    _timer: Any = None
    _deaf_looks = 0

    def start(self, parent: Any) -> None:
        self._deaf_looks = 0
        note_progress()
        self._timer = parent.timer.call_repeatedly(LOOK_SECONDS, self._look, (parent,))

    def _look(self, parent: Any) -> None:
        if not _is_deaf(parent.task_consumer.channel):
            self._deaf_looks = 0
            note_progress()
            return
        self._deaf_looks += 1
        if self._deaf_looks == DEAF_LOOKS:
            get_logger(__name__).error("takes no more messages, ends to be started again")
            state.should_stop = EX_FAILURE

    def stop(self, parent: Any) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _say_nothing(*_: object, **__: object) -> None:
    """Stands in for Celery's words on stdout."""


def _is_deaf(channel: Any) -> bool:
    """Whether every slot is taken although nothing is being worked on."""
    # Only Redis' channel counts its slots itself; RabbitMQ's server does, per connection.
    slots: Any = getattr(channel, "qos", None)
    return slots is not None and not slots.can_consume() and not state.reserved_requests
