"""The Celery processes: workers for events and for jobs, and beat."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import celery.apps.worker
from celery import Celery, bootsteps, signals
from celery.beat import Scheduler
from celery.exceptions import SecurityWarning
from celery.platforms import EX_FAILURE
from celery.worker import state

from cli.service_parts import settings_of
from shared.logging import configure_logging, get_logger
from shared.messaging.celery_app import make_celery
from shared.messaging.topology import ingest_queue, jobs_queue
from shared.progress import note_progress
from shared.settings import Settings, load, setting

READY_FILE = "CLIENTELE_READY_FILE"
LOOK_SECONDS = 5.0
# One look may fall between the end of a task and its acknowledgement.
DEAF_LOOKS = 2


@dataclass(frozen=True)
class WorkerSettings:
    """How many tasks a worker runs at once."""

    concurrency: int = setting(
        "CLIENTELE_WORKER_CONCURRENCY", 2, help="child processes of a Celery worker"
    )


def work(service: str, purpose: str) -> None:
    """Run a service's worker for `ingest` or `jobs` until SIGTERM."""
    settings = settings_of(service)
    queue = ingest_queue(service) if purpose == "ingest" else jobs_queue(service)
    name = f"{service}-{'worker' if purpose == 'ingest' else 'jobs'}"
    _take_over_logging(name, settings)
    signals.worker_ready.connect(_say_ready, weak=False)
    app: Celery = importlib.import_module(f"services.{service}.worker").create_worker(settings)
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


def beat() -> None:
    """Wake the periodic jobs of all services until SIGTERM; a second beat does no harm."""
    settings = load(Settings)
    _take_over_logging("beat", settings)
    signals.beat_init.connect(_say_ready, weak=False)
    # Its memory is enough: every job asks the database what is due.
    app = make_celery("clients", settings)
    app.Beat(scheduler_cls="cli.working:Ticking", quiet=True).run()


class Ticking(Scheduler):  # type: ignore[misc]  # Celery has no types.
    """Celery's scheduler, which shows that it ticks."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due; the seconds until the next tick."""
        seconds = super().tick(*args, **kwargs)
        note_progress()
        return seconds


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


def _take_over_logging(name: str, settings: Settings) -> None:
    def configure(**_: Any) -> None:
        configure_logging(name, settings.log_level)
        # One line per task start and end is what the positions in the database say better.
        logging.getLogger("celery").setLevel(logging.WARNING)

    configure()
    # Root is harmless where messages are JSON and the process is fenced in by its container.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    signals.setup_logging.connect(configure, weak=False)


def _say_nothing(*_: object, **__: object) -> None:
    """Stands in for Celery's words on stdout."""


def _say_ready(**_: Any) -> None:
    file = os.environ.get(READY_FILE)
    if file:
        Path(file).touch()


def _is_deaf(channel: Any) -> bool:
    """Whether every slot is taken although nothing is being worked on."""
    # Only Redis' channel counts its slots itself; RabbitMQ's server does, per connection.
    slots: Any = getattr(channel, "qos", None)
    return slots is not None and not slots.can_consume() and not state.reserved_requests
