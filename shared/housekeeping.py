"""What periodic jobs share, and the one that every service with stored answers has."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from celery import Celery
from sqlalchemy import text

from shared.errors import Unavailable
from shared.http.idempotency import LIFETIME_HOURS
from shared.logging import get_logger
from shared.messaging.outages import is_outage
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job

_PURGE = text(
    """
    DELETE FROM idempotency_keys WHERE ctid IN (
        SELECT ctid FROM idempotency_keys
        WHERE created_at < clock_timestamp() - make_interval(hours => :hours)
        LIMIT 5000
    )
    """
)


T = TypeVar("T")

_log = get_logger(__name__)

# A run begins no step after this, so that a stop or a deploy never waits long for one.
RUN_SECONDS = 20.0


def repeated(step: Callable[[], int], deadline: float = float("inf")) -> int:
    """Take the step until it finds nothing to do, or there is no time; the sum of what it did.

    The deadline is by `time.monotonic`.
    """
    total = 0
    while time.monotonic() < deadline and (done := step()):
        total += done
    return total


def each_by_itself(
    items: Iterable[T], work: Callable[[T], int], deadline: float = float("inf")
) -> int:
    """Work on one after the other, in random order, until there is no time; the sum of it.

    One that fails is logged and holds up none of the others: the next run finds it again. An
    outage, in which the others would fail as well, ends the run with its error.
    """
    total = 0
    for item in _shuffled(items):
        if time.monotonic() >= deadline:
            break
        try:
            total += work(item)
        except Exception as error:
            if isinstance(error, Unavailable) or is_outage(error):
                raise
            _log.exception("left for the next run", item=str(item))
    return total


def in_each_workspace(
    runtime: Runtime,
    workspace_ids: Iterable[uuid.UUID],
    work: Callable[[UnitOfWork], int | None],
    deadline: float = float("inf"),
) -> int:
    """The work in each of the workspaces, as `each_by_itself`: in a transaction of the service's
    own there, and again for as long as it did something; work that answers nothing is done once.
    """

    def once(workspace_id: uuid.UUID) -> int:
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            return work(uow) or 0

    return each_by_itself(
        workspace_ids, lambda each: repeated(lambda: once(each), deadline), deadline
    )


def _shuffled(items: Iterable[T]) -> list[T]:
    """So that those at the end have their turn although the time is over before them."""
    mixed = list(items)
    random.shuffle(mixed)
    return mixed


def purge_idempotency_keys(runtime: Runtime, deadline: float = float("inf")) -> int:
    """Delete the stored answers older than a day; returns how many went."""

    def purge_some() -> int:
        with runtime.pipe_engine.begin() as connection:
            return connection.execute(_PURGE, {"hours": LIFETIME_HOURS}).rowcount

    return repeated(purge_some, deadline)


def register_idempotency_purge(app: Celery, runtime: Runtime) -> None:
    """Register the job that beat wakes every few minutes."""

    @job(app, f"{runtime.service}.purge_idempotency_keys")
    def purge() -> None:
        purge_idempotency_keys(runtime, time.monotonic() + RUN_SECONDS)
