"""A job's end: done, failed or cancelled. What was done stays done."""

from __future__ import annotations

import uuid
from datetime import datetime
from itertools import chain

from sqlalchemy import text

from services.clients.jobs.errors import JobNotFound
from services.clients.jobs.models import Job
from services.clients.jobs.operations.kinds import KINDS
from services.clients.jobs.rules import CANCEL, FAIL, FINISH, moved
from shared.clock import now
from shared.unit_of_work import UnitOfWork

#: Rows that are deleted in one transaction: a job may have half a million.
BATCH = 5_000

_OLD = "(SELECT id FROM jobs WHERE finished_at < :before ORDER BY finished_at LIMIT 100)"
_FORGET_ROWS = f"""
    DELETE FROM {{table}} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {{table}} WHERE job_id IN {_OLD} LIMIT :most))
"""
_FORGET = text(f"DELETE FROM jobs WHERE id IN {_OLD}")


def finish_job(job: Job) -> None:
    """All is done."""
    _end(job, FINISH)


def fail_job(uow: UnitOfWork, job: Job, code: str, message: str) -> None:
    """It cannot be carried on: a stable code, and a sentence for people."""
    _end(job, FAIL)
    job.problem = {"code": code, "message": message}
    KINDS[job.kind].abandoned(uow, job)


def cancel_job(uow: UnitOfWork, job_id: uuid.UUID) -> Job:
    """No further piece begins. Raises `JobNotFound`, `JobFinished`."""
    job = uow.session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise JobNotFound
    _end(job, CANCEL)
    KINDS[job.kind].abandoned(uow, job)
    return job


def forget_jobs(uow: UnitOfWork, before: datetime) -> int:
    """Delete some of the workspace's jobs that were over before this time, their rows first; how
    many of either went."""
    given = {"before": before, "most": BATCH}
    for table in ("job_rows", *chain.from_iterable(kind.tables for kind in KINDS)):
        if gone := uow.connection.execute(text(_FORGET_ROWS.format(table=table)), given).rowcount:
            return gone
    return uow.connection.execute(_FORGET, {"before": before}).rowcount


def _end(job: Job, move: str) -> None:
    job.state = moved(job.state, move)
    job.finished_at = now()
