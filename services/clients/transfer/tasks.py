"""The jobs at work: turn by turn, so that none of them holds the others up.

A message names a job and the turn that it is to begin. It does no harm when it comes twice,
as a turn begins once, nor when it is lost, as a periodic job wakes whatever nobody works on.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Protocol

from celery import Celery

from services.clients.transfer import queries
from services.clients.transfer.models import (
    BULK,
    EXPORT,
    FILES_KEPT,
    IMPORT,
    JOBS_KEPT,
    PREVIEW,
    READ,
    UNDO,
    Job,
)
from services.clients.transfer.operations.bulk import change_piece
from services.clients.transfer.operations.exporting import export_piece
from services.clients.transfer.operations.files import FileReader
from services.clients.transfer.operations.importing import import_piece
from services.clients.transfer.operations.jobs import (
    claim_turn,
    finish_job,
    forget_old,
    hold_turn,
    note_progress,
    origin_of,
    release_turn,
)
from services.clients.transfer.operations.undoing import undo_piece
from shared.clock import now
from shared.failpoints import failpoint
from shared.logging import get_logger
from shared.messaging.publisher import Publisher
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job

#: A turn begins no transaction after this, so that other jobs of the queue come in between. One
#: that was just asked for waits for two turns: of its waking and of its work.
TURN_SECONDS = 0.25

_log = get_logger(__name__)


class Step(Protocol):
    """One transaction of a job; whether it was the last."""

    def __call__(self, uow: UnitOfWork, job: Job, /) -> bool:
        """Work on the job, which is locked."""


_STEPS: dict[str, Callable[[], Step]] = {
    READ: FileReader,
    PREVIEW: lambda: import_piece,
    IMPORT: lambda: import_piece,
    UNDO: lambda: undo_piece,
    EXPORT: lambda: export_piece,
    BULK: lambda: change_piece,
}


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""
    publisher = Publisher(app)

    def wake(workspace_id: uuid.UUID, job_id: uuid.UUID, turn: int) -> None:
        told = {"workspace_id": str(workspace_id), "job_id": str(job_id), "turn": turn}
        publisher.wake("clients.advance_job", **told)

    @job(app, "clients.advance_job")
    def advance(workspace_id: str, job_id: str, turn: int) -> None:
        whose, which = uuid.UUID(workspace_id), uuid.UUID(job_id)
        following = advance_job(runtime, whose, which, turn)
        if following is not None:
            wake(whose, which, following)

    @job(app, "clients.wake_jobs")
    def wake_all() -> None:
        for workspace_id, job_id, turn in waiting_jobs(runtime):
            wake(workspace_id, job_id, turn)

    @job(app, "clients.purge_transfers")
    def purge() -> None:
        purge_transfers(runtime)


def waiting_jobs(runtime: Runtime) -> list[tuple[uuid.UUID, uuid.UUID, int]]:
    """The jobs that nobody works on: whose, which, and at what turn."""
    return [tuple(row) for row in runtime.across_workspaces(queries.jobs_to_wake)]


def advance_job(
    runtime: Runtime, workspace_id: uuid.UUID, job_id: uuid.UUID, turn: int
) -> int | None:
    """Take a turn of a job; returns the number to wake the next by, None if there is none."""
    begin = partial(runtime.unit_of_work, runtime.own_origin(workspace_id))
    with begin() as uow:
        claimed = claim_turn(uow, job_id, turn)
    if claimed is None:
        return None
    ours = turn + 1
    try:
        goes_on = _work(runtime, claimed, ours)
    except Exception:
        _log.exception("turn of a job failed", job=str(job_id), kind=claimed.kind)
        with begin() as uow:
            release_turn(uow, job_id, ours, pause=True)
        return None
    if not goes_on:
        return None
    with begin() as uow:
        release_turn(uow, job_id, ours)
    return ours


def _work(runtime: Runtime, claimed: Job, turn: int) -> bool:
    """Step by step until the turn is over; whether there is more to do."""
    step = _STEPS[claimed.kind]()
    origin = origin_of(claimed)
    until = time.monotonic() + TURN_SECONDS
    try:
        while time.monotonic() < until or getattr(step, "wants_more", False):
            with runtime.unit_of_work(origin) as uow:
                if not _step(uow, step, claimed.id, turn):
                    return False
            failpoint("transfer.after_step")
        return True
    finally:
        if isinstance(step, FileReader):
            step.close()


def _step(uow: UnitOfWork, step: Step, job_id: uuid.UUID, turn: int) -> bool:
    """One transaction: the rows, what became of them and the place reached, or none of it."""
    held = hold_turn(uow, job_id, turn)
    if held is None:
        return False
    is_last = step(uow, held)
    failpoint("transfer.before_commit")
    if is_last:
        finish_job(held)
    note_progress(uow, held)
    return not is_last and held.finished_at is None


def purge_transfers(runtime: Runtime) -> None:
    """Delete the files of all workspaces that were kept long enough, and old jobs."""
    files, jobs = now() - FILES_KEPT, now() - JOBS_KEPT
    workspaces = runtime.across_workspaces(
        lambda session: queries.workspaces_with_old_transfers(session, files, jobs)
    )
    for workspace_id in workspaces:
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            forget_old(uow, files, jobs)
