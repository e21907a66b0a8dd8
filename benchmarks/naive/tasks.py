"""The tasks of the naive pipeline, one per service, and how a writer sends to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from celery import Celery
from kombu.entity import Queue

from benchmarks.naive.tables import COUNT, RECORD
from shared.messaging.celery_app import make_celery
from shared.messaging.envelope import Envelope
from shared.settings import Settings

Row = tuple[Any, ...]


def _timeline_row(envelope: Envelope) -> Row:
    return (
        *_counted_row(envelope),
        envelope["subject"],
        envelope["aggregateversion"],
        envelope["time"],
        orjson.dumps(envelope["actor"]).decode(),
        orjson.dumps(envelope["data"]).decode(),
    )


def _counted_row(envelope: Envelope) -> Row:
    return (envelope["id"], envelope["workspace"], envelope["client_id"], envelope["type"])


# The statement of each service, and what it inserts.
SERVICES: dict[str, tuple[bytes, Callable[[Envelope], Row]]] = {
    "activity": (RECORD.encode(), _timeline_row),
    "metrics": (COUNT.encode(), _counted_row),
}


def make_app(settings: Settings, databases: dict[str, str]) -> Celery:
    """The Celery app of all sides, with our own settings, on queues of its own."""
    app = make_celery("naive", settings)
    app.conf.update(
        task_queues=[Queue(queue_of(name), "", queue_of(name)) for name in SERVICES],
        task_default_queue=queue_of("activity"),
    )
    for name in SERVICES:
        app.task(_inserting(name, databases[name]), name=queue_of(name), shared=False)
    return app


def queue_of(service: str) -> str:
    """The queue of a service, and the name of its one task."""
    return f"naive.{service}"


def send(app: Celery, envelope: Envelope) -> None:
    """What stands after the commit: a message to each service."""
    for name in SERVICES:
        # Left to itself Celery describes the arguments for its logs, which costs more than
        # sending them.
        app.tasks[queue_of(name)].apply_async((envelope,), argsrepr="", queue=queue_of(name))


def _inserting(service: str, url: str) -> Callable[[Envelope], None]:
    statement, row = SERVICES[service]

    def insert(envelope: Envelope) -> None:
        _connection(url).execute(statement, row(envelope))

    return insert


@lru_cache
def _connection(url: str) -> psycopg.Connection[Any]:
    """One per child process, kept; every statement prepared on its first use."""
    return psycopg.connect(url, autocommit=True, prepare_threshold=0)
