"""The clients that a job is about: named one by one, or those that filters leave."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB

from services.clients.listing.queries.clients import Filters, filtered_clients, order_of
from services.clients.records.models.record import Client
from services.clients.transfer.models import WAITING, Job, JobRow
from shared.unit_of_work import UnitOfWork

_CLIENTS = Client.__table__
_NAMED = text(
    """
    INSERT INTO job_rows (job_id, row, workspace_id, state, client_id, errors)
    SELECT :job, row_number() OVER (ORDER BY min(place)), :workspace, 'waiting', id, '[]'
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS it (id, place) GROUP BY id
    """
)


def select_clients(
    uow: UnitOfWork, job: Job, ids: Sequence[str] | None, filters: Mapping[str, Any]
) -> None:
    """Note the clients as rows of the job that wait, in the order of the list."""
    uow.flush()
    if ids is not None:
        given = {"job": job.id, "workspace": uow.workspace_id, "ids": list(ids)}
        uow.session.execute(_NAMED, given)
    else:
        columns = ("job_id", "row", "workspace_id", "state", "client_id", "errors")
        found = _rows(uow, job, Filters.of(filters))
        uow.session.execute(insert(JobRow).from_select(columns, found))
    job.total = uow.session.scalar(
        select(func.count()).select_from(JobRow).where(JobRow.job_id == job.id)
    )


def _rows(uow: UnitOfWork, job: Job, filters: Filters) -> Select[Any]:
    order: list[ColumnElement[Any]] = [
        sort.column.desc() if sort.descending else sort.column.asc()
        for sort in order_of(filters.sort)
    ]
    return filtered_clients(
        uow,
        filters,
        literal(job.id),
        func.row_number().over(order_by=order),
        literal(uow.workspace_id),
        literal(WAITING),
        _CLIENTS.c.id,
        literal([], JSONB),
    )


def count_clients(
    uow: UnitOfWork, ids: Sequence[uuid.UUID] | None, filters: Mapping[str, Any]
) -> int:
    """How many clients there are of these."""
    statement = (
        select(_CLIENTS.c.id).where(_CLIENTS.c.id.in_(ids))
        if ids is not None
        else filtered_clients(uow, Filters.of(filters), _CLIENTS.c.id)
    )
    return int(uow.session.scalar(select(func.count()).select_from(statement.subquery())) or 0)
