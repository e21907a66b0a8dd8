"""A job's turns: each begins once, and belongs to one worker for as long as its lease."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import text

from services.clients.jobs.models import Job
from services.clients.jobs.operations.ending import fail_job
from services.clients.jobs.rules import (
    LEASE,
    OPEN,
    OUTAGE_PAUSE,
    RETRY_PAUSE,
    RUNNING,
    is_given_up,
)
from shared.db.leases import is_over
from shared.unit_of_work import UnitOfWork

_CLAIM = text(
    f"""
    UPDATE jobs SET turn = turn + 1, state = :claimed, attempts = attempts + 1,
        started_at = coalesce(started_at, clock_timestamp()), turn_at = clock_timestamp(),
        lease_until = clock_timestamp() + :lease
    WHERE id = :id AND turn = :turn AND state = ANY (:open)
      AND {is_over("lease_until", "interval '2 minutes'")}
    RETURNING turn
    """
)
_RENEW = text("UPDATE jobs SET lease_until = clock_timestamp() + :lease WHERE id = :id")
_RELEASE = text(
    """
    UPDATE jobs SET lease_until = clock_timestamp() + :pause, turn_at = clock_timestamp(),
        attempts = CASE WHEN :forgiven THEN 0 ELSE attempts END
    WHERE id = :id AND turn = :turn AND state = :claimed
    """
)


def claim_turn(uow: UnitOfWork, job_id: uuid.UUID, turn: int) -> Job | None:
    """Begin the turn after this one; None if it is begun, or there is nothing left to do.

    A job whose turns came to nothing too often fails here.
    """
    given = {"id": job_id, "turn": turn, "lease": LEASE, "open": [*OPEN], "claimed": RUNNING}
    if uow.session.scalar(_CLAIM, given) is None:
        return None
    job = uow.session.get_one(Job, job_id)
    if is_given_up(job.attempts):
        message = "The work was interrupted too often and has been given up."
        fail_job(uow, job, "interrupted", message)
        return None
    return job


def hold_turn(uow: UnitOfWork, job_id: uuid.UUID, turn: int) -> Job | None:
    """The job, locked, as long as the turn is ours; None once it was overtaken or is over."""
    job = uow.session.get(Job, job_id, with_for_update=True)
    return job if job is not None and (job.state, job.turn) == (RUNNING, turn) else None


def note_progress(uow: UnitOfWork, job: Job) -> None:
    """This turn came to something: the lease begins anew."""
    job.attempts = 0
    uow.session.execute(_RENEW, {"lease": LEASE, "id": job.id})


def release_turn(uow: UnitOfWork, job_id: uuid.UUID, turn: int, *, pause: bool = False) -> None:
    """The turn is over; the next may begin now, or after a pause where this one failed."""
    _release(uow, job_id, turn, RETRY_PAUSE if pause else timedelta(0), forgiven=False)


def postpone_turn(uow: UnitOfWork, job_id: uuid.UUID, turn: int) -> None:
    """What the job needs is away: it waits, and nothing is counted against it."""
    _release(uow, job_id, turn, OUTAGE_PAUSE, forgiven=True)


def _release(
    uow: UnitOfWork, job_id: uuid.UUID, turn: int, pause: timedelta, *, forgiven: bool
) -> None:
    given = {"id": job_id, "turn": turn, "pause": pause, "forgiven": forgiven}
    uow.session.execute(_RELEASE, {**given, "claimed": RUNNING})
