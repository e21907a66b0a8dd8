"""A job's life: asked for, worked on turn by turn, finished, failed or cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.clients.transfer.errors import JobFinished, JobNotFound
from services.clients.transfer.models import CANCELLED, DONE, FAILED, OPEN, QUEUED, RUNNING, Job
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.unit_of_work import UnitOfWork

#: Longer than a transaction of a step may take, or two would work at once for nothing.
LEASE = timedelta(seconds=40)
#: Turns in a row that came to nothing: then it is the job that ends them.
MAX_ATTEMPTS = 5
RETRY_PAUSE = timedelta(seconds=3)

_CLAIM = text(
    """
    UPDATE jobs SET turn = turn + 1, state = 'running', attempts = attempts + 1,
        started_at = coalesce(started_at, clock_timestamp()), turn_at = clock_timestamp(),
        lease_until = clock_timestamp() + :lease
    WHERE id = :id AND turn = :turn AND state IN ('queued', 'running')
      AND coalesce(lease_until, '-infinity') < clock_timestamp()
    RETURNING turn
    """
)
_RENEW = text("UPDATE jobs SET lease_until = clock_timestamp() + :lease WHERE id = :id")
_RELEASE = text(
    """
    UPDATE jobs SET lease_until = clock_timestamp() + :pause, turn_at = clock_timestamp()
    WHERE id = :id AND turn = :turn AND state = 'running'
    """
)
_FORGET_PIECES = text("DELETE FROM transfer_pieces WHERE created_at < :before")
_FORGET_JOBS = text("DELETE FROM jobs WHERE finished_at < :before")
_FORGET_IMPORTS = text("DELETE FROM imports WHERE created_at < :before")


def create_job(
    uow: UnitOfWork,
    kind: str,
    params: Mapping[str, Any],
    permissions: Collection[str] = (),
    import_id: uuid.UUID | None = None,
) -> Job:
    """Ask for work; it is done in the name of who asks, with the permissions they have now."""
    origin = uow.origin
    job = Job(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        kind=kind,
        state=QUEUED,
        params=dict(params),
        saved={},
        total=None,
        done=0,
        created=0,
        updated=0,
        skipped=0,
        failed=0,
        result={},
        problem=None,
        origin={"actor": origin.actor.as_dict(), "correlation_id": origin.correlation_id},
        permissions=sorted(permissions),
        import_id=import_id,
        turn=0,
        attempts=0,
        created_at=now(),
        started_at=None,
        finished_at=None,
    )
    uow.session.add(job)
    return job


def claim_turn(uow: UnitOfWork, job_id: uuid.UUID, turn: int) -> Job | None:
    """Begin the turn after this one; None if it is begun, or there is nothing left to do.

    A job whose turns came to nothing too often fails here.
    """
    given = {"id": job_id, "turn": turn, "lease": LEASE}
    if uow.session.scalar(_CLAIM, given) is None:
        return None
    job = uow.session.get_one(Job, job_id)
    if job.attempts > MAX_ATTEMPTS:
        fail_job(job, "interrupted", "The work was interrupted too often and has been given up.")
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
    length = RETRY_PAUSE if pause else timedelta(0)
    uow.session.execute(_RELEASE, {"id": job_id, "turn": turn, "pause": length})


def finish_job(job: Job) -> None:
    """All is done."""
    job.state = DONE
    job.finished_at = now()


def fail_job(job: Job, code: str, message: str) -> None:
    """It cannot be carried on; what was done stays done."""
    job.state = FAILED
    job.problem = {"code": code, "message": message}
    job.finished_at = now()


def cancel_job(uow: UnitOfWork, job_id: uuid.UUID) -> Job:
    """No further step begins; what was done stays done. Raises `JobNotFound`, `JobFinished`."""
    job = uow.session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise JobNotFound
    if job.state not in OPEN:
        raise JobFinished(f"It is {job.state}.", state=job.state)
    job.state = CANCELLED
    job.finished_at = now()
    return job


def origin_of(job: Job) -> Origin:
    """In whose name a job's events are: of who asked for it."""
    actor = Actor(**job.origin["actor"])
    return Origin(job.workspace_id, actor, job.origin["correlation_id"])


def count_all(job: Job, counts: Mapping[str, int]) -> None:
    """Add to the job's counters; every row counts as done."""
    for name in ("created", "updated", "skipped", "failed"):
        setattr(job, name, getattr(job, name) + counts.get(name, 0))
    job.done += counts.get("done", 0)


def forget_old(uow: UnitOfWork, files: Any, jobs: Any) -> None:
    """Delete files and jobs of the workspace from before these times."""
    uow.session.execute(_FORGET_PIECES, {"before": files})
    for statement in (_FORGET_JOBS, _FORGET_IMPORTS):
        uow.session.execute(statement, {"before": jobs})
