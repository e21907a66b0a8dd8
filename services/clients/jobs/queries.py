"""Reading jobs, and what came of their rows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.clients.jobs.errors import JobNotFound
from services.clients.jobs.models import ROW_FAILED, SKIPPED, Job, JobRow
from services.clients.jobs.rules import OPEN
from shared.http.paging import Page, Sort, page
from shared.unit_of_work import UnitOfWork

_TO_WAKE = text("SELECT workspace_id, job_id, turn FROM jobs_to_wake()")
_BEFORE = text("SELECT workspace_id, job_id, turn FROM job_before_those_of(:workspace)")
_WITH_OLD = text("SELECT workspaces_with_old_jobs(:before)")
_FILTERS = ("state", "kind", "import_id")


def jobs_to_wake(session: Session) -> Sequence[Any]:
    """Jobs of all workspaces that nobody works on: `(workspace_id, job_id, turn)`."""
    return session.execute(_TO_WAKE).all()


def job_before_those_of(session: Session, workspace_id: uuid.UUID) -> Any:
    """The job of the workspace that has waited longest, as `jobs_to_wake`; None where none has
    waited longer than this workspace has."""
    return session.execute(_BEFORE, {"workspace": workspace_id}).one_or_none()


def workspaces_with_old_jobs(session: Session, before: datetime) -> list[uuid.UUID]:
    """Every workspace with jobs that were over before this time."""
    return list(session.scalars(_WITH_OLD, {"before": before}))


def get_job(session: Session, job_id: uuid.UUID, kinds: Collection[str] = ()) -> Job:
    """The job, of one of the kinds where they are told; raises `JobNotFound`."""
    job = session.get(Job, job_id)
    if job is None or (kinds and job.kind not in kinds):
        raise JobNotFound
    return job


def jobs_of_import(session: Session, import_id: uuid.UUID) -> Sequence[Job]:
    """Every job of a file, the oldest first."""
    return session.scalars(select(Job).where(Job.import_id == import_id).order_by(Job.id)).all()


def list_jobs(uow: UnitOfWork, query: Mapping[str, Any]) -> Page:
    """A page of the workspace's jobs, the newest first; all that `query` does not narrow."""
    filters = {name: query[name] for name in _FILTERS if query.get(name)}
    statement = select(Job)
    for name, value in filters.items():
        statement = statement.where(getattr(Job, name) == value)
    return page(
        uow.session,
        uow.vault,
        statement,
        [Sort(Job.id, descending=True)],
        scope=f"jobs {sorted(filters.items(), key=str)}",
        cursor=query["cursor"],
        limit=query["limit"],
    )


def list_rows(
    uow: UnitOfWork, job_id: uuid.UUID, state: str | None, cursor: str | None, limit: int
) -> Page:
    """A page of what came of a job's rows, in their order."""
    statement = select(JobRow).where(JobRow.job_id == job_id)
    if state is not None:
        statement = statement.where(JobRow.state == state)
    return page(
        uow.session,
        uow.vault,
        statement,
        [Sort(JobRow.row)],
        scope=f"job {job_id} {state}",
        cursor=cursor,
        limit=limit,
    )


def rows_of(
    session: Session,
    job_id: uuid.UUID,
    states: Collection[str],
    after: int,
    limit: int,
    *,
    backwards: bool = False,
) -> Sequence[JobRow]:
    """The next rows in these states after a row, or those before it."""
    beyond = JobRow.row < after if backwards else JobRow.row > after
    statement = select(JobRow).where(JobRow.job_id == job_id, JobRow.state.in_(states), beyond)
    order = JobRow.row.desc() if backwards else JobRow.row
    return session.scalars(statement.order_by(order).limit(limit)).all()


def versions_of(
    session: Session, job_id: uuid.UUID, client_ids: Collection[uuid.UUID | None]
) -> dict[uuid.UUID | None, int]:
    """The last version of each of the clients that a row of the job tells of."""
    found = (
        select(JobRow.client_id, func.max(JobRow.version))
        .where(JobRow.job_id == job_id, JobRow.client_id.in_(client_ids))
        .where(JobRow.version.is_not(None))
        .group_by(JobRow.client_id)
    )
    return {client_id: version or 0 for client_id, version in session.execute(found)}


def none_works_on(client_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """No open job has a row of this client; nor works any on a file, which may be of anyone."""
    its_rows = exists().where(JobRow.job_id == Job.id, JobRow.client_id == client_id)
    return ~exists().where(Job.state.in_(OPEN), or_(Job.import_id.is_not(None), its_rows))


def jobs_that_met(session: Session, client_ids: Sequence[uuid.UUID]) -> Sequence[Job]:
    """The jobs that have a row of one of these clients, or one that came to nothing.

    Such a row names nobody by an id, and may be about any client.
    """
    unnamed = and_(JobRow.client_id.is_(None), JobRow.state.in_((ROW_FAILED, SKIPPED)))
    met = select(JobRow.job_id).where(or_(JobRow.client_id.in_(client_ids), unnamed))
    return session.scalars(select(Job).where(Job.id.in_(met))).all()
