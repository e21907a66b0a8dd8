"""How many clients have what: kept by the database as clients change, or counted when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select, text, tuple_

from services.clients.listing.queries.clients import FACETS, Filters, filtered_clients
from services.clients.records.models.record import CLIENTS
from shared.unit_of_work import UnitOfWork

Counts = dict[str, dict[str | None, int]]

_KEPT = text(
    """
    SELECT facet, status, value, sum(clients) AS clients FROM client_counts
    GROUP BY facet, status, value HAVING sum(clients) > 0
    """
)


def count_by_facet(uow: UnitOfWork, filters: Filters) -> Counts:
    """How many of the clients that the filters leave have each value of each facet.

    However many clients there are, where they are narrowed by nothing but their status.
    """
    if filters.are_of_status_only:
        rows = uow.session.execute(_KEPT)
        return _of_kept(rows, filters.columns.get("status"))
    return _counted(uow, filters)


def _of_kept(rows: Iterable[Any], statuses: Sequence[str] | None) -> Counts:
    counts: Counts = {name: {} for name in FACETS}
    for facet, status, value, clients in rows:
        if statuses is None or status in statuses:
            _add(counts[facet], value, int(clients))
            # Each client is counted once by each facet: any of them tells the statuses.
            if facet == "industry":
                _add(counts["status"], status, int(clients))
    return counts


def _add(counts: dict[str | None, int], value: str | None, clients: int) -> None:
    counts[value] = counts.get(value, 0) + clients


def _counted(uow: UnitOfWork, filters: Filters) -> Counts:
    found = filtered_clients(uow, filters, *(CLIENTS.c[name] for name in FACETS)).subquery()
    columns = [found.c[name] for name in FACETS]
    counts: Counts = {name: {} for name in FACETS}
    grouped = func.grouping_sets(*(tuple_(each) for each in columns))
    statement = select(func.grouping(*columns), *columns, func.count()).group_by(grouped)
    for mask, *values, count in uow.session.execute(statement):
        # One bit for each column, zero where the row is grouped by it, the first one highest.
        place = next(i for i in range(len(FACETS)) if not mask >> (len(FACETS) - 1 - i) & 1)
        value = values[place]
        counts[FACETS[place]][None if value is None else str(value)] = count
    return counts
