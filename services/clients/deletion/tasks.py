"""The periodic work of deletion: what is due, and this service's part of what has begun."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import partial

from celery import Celery

from services.clients.deletion import queries
from services.clients.deletion.operations import erasing
from shared.housekeeping import RUN_SECONDS, each_by_itself, repeated
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job

Begin = Callable[[], UnitOfWork]


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the job that beat wakes."""

    @job(app, "clients.advance_deletions")
    def advance() -> None:
        advance_deletions(runtime)


def advance_deletions(runtime: Runtime) -> int:
    """Do what is due in every workspace; returns how many batches it did.

    A deletion that fails is left alone for a while, and none of the others waits for it.
    """
    workspaces = runtime.across_workspaces(queries.workspaces_with_deletions)
    deadline = time.monotonic() + RUN_SECONDS
    return each_by_itself(workspaces, partial(_advance, runtime, deadline), deadline)


def _advance(runtime: Runtime, deadline: float, workspace_id: uuid.UUID) -> int:
    begin = partial(runtime.unit_of_work, runtime.own_origin(workspace_id))
    with begin() as uow:
        to_start = queries.ids_to_start(uow.session)
    started = each_by_itself(to_start, partial(_start, begin), deadline)
    with begin() as uow:
        to_erase = queries.ids_to_erase(uow.session)
    return started + each_by_itself(to_erase, partial(_erase, begin, deadline), deadline)


def _start(begin: Begin, deletion_id: uuid.UUID) -> bool:
    with begin() as uow:
        return erasing.start_due(uow, deletion_id)


def _erase(begin: Begin, deadline: float, deletion_id: uuid.UUID) -> int:
    try:
        return repeated(partial(_erase_batch, begin, deletion_id), deadline)
    except Exception as error:
        with begin() as uow:
            erasing.note_failure(uow, deletion_id, error)
        raise


def _erase_batch(begin: Begin, deletion_id: uuid.UUID) -> bool:
    """Each batch is a transaction of its own: a kill in between loses none of the others."""
    with begin() as uow:
        return erasing.erase_batch(uow, deletion_id)
