"""The jobs at work: turn by turn, so that none of them holds the others up.

A message names a job and the turn that it is to begin. It does no harm when it comes twice,
as a turn begins once, nor when it is lost, as a periodic job wakes whatever nobody works on.
Workspaces take turns, however many jobs one of them has: a message whose workspace has had a turn
since another's last gives its place to that one, and comes again.
"""

from __future__ import annotations

import time
import uuid
from contextlib import closing
from functools import partial

from celery import Celery

from services.clients.jobs import queries
from services.clients.jobs.models import JOBS_KEPT, Job
from services.clients.jobs.operations.creating import origin_of
from services.clients.jobs.operations.ending import finish_job, forget_jobs
from services.clients.jobs.operations.kinds import KINDS, Turn
from services.clients.jobs.operations.turns import (
    claim_turn,
    hold_turn,
    note_progress,
    postpone_turn,
    release_turn,
)
from services.clients.jobs.rules import OPEN
from shared.clock import now
from shared.errors import Unavailable
from shared.failpoints import failpoint
from shared.housekeeping import RUN_SECONDS, in_each_workspace
from shared.logging import get_logger
from shared.messaging.publisher import Publisher
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork
from shared.worker import job

#: A turn begins no piece after this, so that other jobs of the queue come in between. One
#: that was just asked for waits for two turns: of its waking and of its work.
TURN_SECONDS = 0.25

#: A job that can take a turn: whose, which, and the number of the turn before.
Waiting = tuple[uuid.UUID, uuid.UUID, int]

_log = get_logger(__name__)


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register what takes turns, what wakes it, and what deletes old jobs."""
    publisher = Publisher(app)

    def wake(workspace_id: uuid.UUID, job_id: uuid.UUID, turn: int) -> None:
        publisher.wake(
            "clients.advance_job", workspace_id=str(workspace_id), job_id=str(job_id), turn=turn
        )

    @job(app, "clients.advance_job")
    def advance(workspace_id: str, job_id: str, turn: int) -> None:
        asked = (uuid.UUID(workspace_id), uuid.UUID(job_id), turn)
        for following in advance_in_order(runtime, asked):
            wake(*following)

    @job(app, "clients.wake_jobs")
    def wake_all() -> None:
        for workspace_id, job_id, turn in waiting_jobs(runtime):
            wake(workspace_id, job_id, turn)

    @job(app, "clients.purge_jobs")
    def purge() -> None:
        purge_jobs(runtime)


def advance_in_order(runtime: Runtime, asked: Waiting) -> list[Waiting]:
    """Take the turn that a message asks for, or that of a workspace which has waited longer; what
    is to be woken next."""
    whose = asked[0]
    first = runtime.across_workspaces(lambda session: queries.job_before_those_of(session, whose))
    taken: Waiting = asked if first is None else tuple(first)
    following = advance_job(runtime, *taken)
    woken = [] if following is None else [(*taken[:2], following)]
    if first is not None and _still_waits(runtime, asked):
        woken.append(asked)
    return woken


def _still_waits(runtime: Runtime, asked: Waiting) -> bool:
    whose, which, turn = asked
    with runtime.unit_of_work(runtime.own_origin(whose)) as uow:
        found = uow.session.get(Job, which)
        return found is not None and found.turn == turn and found.state in OPEN


def waiting_jobs(runtime: Runtime) -> list[Waiting]:
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
        goes_on = _take_turn(runtime, claimed, ours)
    except Unavailable as error:
        _log.warning("a job waits", job=str(job_id), kind=claimed.kind, why=str(error))
        with begin() as uow:
            postpone_turn(uow, job_id, ours)
        return None
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


def _take_turn(runtime: Runtime, claimed: Job, number: int) -> bool:
    """Piece by piece until the turn is over; whether there is more to do."""
    origin = origin_of(claimed)
    until = time.monotonic() + TURN_SECONDS
    with closing(KINDS[claimed.kind].turn()) as turn:
        while time.monotonic() < until or turn.wants_more:
            turn.prepare(runtime, claimed)
            with runtime.unit_of_work(origin) as uow:
                if not _work(uow, turn, claimed.id, number):
                    return False
            failpoint("jobs.after_piece")
        return True


def _work(uow: UnitOfWork, turn: Turn, job_id: uuid.UUID, number: int) -> bool:
    """One transaction: the rows, what became of them and the place reached, or none of it."""
    held = hold_turn(uow, job_id, number)
    if held is None:
        return False
    is_last = turn.work(uow, held)
    failpoint("jobs.before_commit")
    if is_last:
        finish_job(held)
    note_progress(uow, held)
    return held.finished_at is None


def purge_jobs(runtime: Runtime) -> None:
    """Delete the jobs of all workspaces that were kept long enough, as far as there is time."""
    before, deadline = now() - JOBS_KEPT, time.monotonic() + RUN_SECONDS
    workspaces = runtime.across_workspaces(
        lambda session: queries.workspaces_with_old_jobs(session, before)
    )
    in_each_workspace(runtime, workspaces, lambda uow: forget_jobs(uow, before), deadline)
