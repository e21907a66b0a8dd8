"""The clients that a job is about: named one by one, or those that filters leave."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Uuid, column, func, select

from services.clients.jobs.models import Job
from services.clients.jobs.operations.outcomes import await_rows
from services.clients.listing.queries.clients import Filters, filtered_clients, order_of
from services.clients.records.models.record import CLIENTS
from shared.unit_of_work import UnitOfWork


def select_clients(
    uow: UnitOfWork, job: Job, ids: Sequence[str] | None, filters: Mapping[str, Any]
) -> None:
    """Note the clients as rows of the job that wait, in the order of the list."""
    chosen = _filtered(uow, Filters.of(filters)) if ids is None else _named(ids)
    await_rows(uow, job, chosen)


def _named(ids: Sequence[str]) -> Select[Any]:
    given = func.unnest([uuid.UUID(each) for each in ids])
    named = given.table_valued(column("id", Uuid), with_ordinality="place").render_derived()
    first = func.min(named.c.place)
    return select(func.row_number().over(order_by=first), named.c.id).group_by(named.c.id)


def _filtered(uow: UnitOfWork, filters: Filters) -> Select[Any]:
    order: list[ColumnElement[Any]] = [
        sort.column.desc() if sort.descending else sort.column.asc()
        for sort in order_of(filters.sort)
    ]
    place = func.row_number().over(order_by=order)
    return filtered_clients(uow, filters, place, CLIENTS.c.id)


def count_clients(
    uow: UnitOfWork, ids: Sequence[uuid.UUID] | None, filters: Mapping[str, Any]
) -> int:
    """How many clients there are of these."""
    statement = (
        select(CLIENTS.c.id).where(CLIENTS.c.id.in_(ids))
        if ids is not None
        else filtered_clients(uow, Filters.of(filters), CLIENTS.c.id)
    )
    return int(uow.session.scalar(select(func.count()).select_from(statement.subquery())) or 0)
