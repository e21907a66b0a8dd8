"""The beat process: it wakes the periodic jobs of all services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from celery import signals
from celery.beat import Scheduler

from shared.messaging.celery_app import make_celery
from shared.messaging.topology import jobs_queue
from shared.processes.celery_logging import say_ready, take_over_logging
from shared.progress import note_progress
from shared.service import Service
from shared.settings import Settings, load

Schedule = dict[str, dict[str, Any]]

# A wake-up that waited for its interval has been overtaken by the next, so few pile up where no
# worker is. Its end is told by this machine's clock and read by that of a worker's machine.
CLOCKS_APART_SECONDS = 120.0


def run(services: Iterable[Service[Any]]) -> None:
    """Wake the periodic jobs of all services until SIGTERM; a second beat does no harm."""
    settings = load(Settings)
    take_over_logging("beat", settings.log_level)
    signals.beat_init.connect(say_ready, weak=False)
    # Its memory is enough: every job asks the database what is due.
    app = make_celery("clients", settings)
    app.conf.beat_schedule = schedule(services)
    app.Beat(scheduler_cls=Ticking, quiet=True).run()


def schedule(services: Iterable[Service[Any]]) -> Schedule:
    """Celery's schedule of every periodic job of the services."""
    return {
        job.name: {
            "task": job.name,
            "schedule": job.every_seconds,
            "options": {
                "queue": jobs_queue(service.name),
                "expires": job.every_seconds + CLOCKS_APART_SECONDS,
            },
        }
        for service in services
        for job in service.jobs
        if job.every_seconds is not None
    }


class Ticking(Scheduler):  # type: ignore[misc]  # Celery has no types.
    """Celery's scheduler, which shows that it ticks."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due; the seconds until the next tick."""
        seconds = super().tick(*args, **kwargs)
        note_progress()
        return seconds
