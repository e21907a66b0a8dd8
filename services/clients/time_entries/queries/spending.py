"""What the time on projects comes to at their clients' rates."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.clients.projects.models import Project
from services.clients.projects.rules import Spent
from services.clients.records.rules.pricing import Rate, price_of
from services.clients.time_entries.rules.turns import turns_of

_RATES = text(
    """
    SELECT client_id, id::text, position, regular_rate::text, overtime_rate::text, currency,
           valid_from::text, valid_until::text
    FROM rates WHERE client_id = ANY (CAST(:clients AS uuid[])) ORDER BY client_id, id
    """
)
# Between two days on which rates begin or end, all time of a position has the same price: it is
# summed up before it is priced, so that years of time are a few rows.
_SUMS = text(
    """
    SELECT project_id, position, min(date) AS day, sum(hours - overtime_hours) AS regular,
           sum(overtime_hours) AS overtime
    FROM time_entries WHERE project_id = ANY (CAST(:projects AS uuid[]))
    GROUP BY project_id, position, width_bucket(date, CAST(:turns AS date[]))
    ORDER BY project_id
    """
)


def spent_on_time(session: Session, projects: Sequence[Project]) -> Mapping[uuid.UUID, Spent]:
    """Hours and amounts of each project that has time, in two statements for any number.

    Billed time is priced like the rest: at the rate that holds on its day now.
    """
    clients = {project.id: project.client_id for project in projects}
    rates = _rates(session, set(clients.values()))
    turns = turns_of(rate for each in rates.values() for rate in each)
    asked = {"projects": list(clients), "turns": turns}
    rows = session.execute(_SUMS, asked).all()
    return {
        project_id: _spent(sums, rates.get(clients[project_id], []))
        for project_id, sums in groupby(rows, lambda row: row.project_id)
    }


def _rates(session: Session, client_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Rate]]:
    rows = session.execute(_RATES, {"clients": list(client_ids)}).mappings()
    return {
        client_id: [dict(row) for row in found]
        for client_id, found in groupby(rows, lambda row: row["client_id"])
    }


def _spent(sums: Iterable[Row[Any]], rates: Sequence[Rate]) -> Spent:
    spent = Spent()
    for row in sums:
        for hours, overtime in ((row.regular, False), (row.overtime, True)):
            if hours:
                price = price_of(rates, row.position, row.day, overtime=overtime)
                amount = None if price.unit_price is None else hours * price.unit_price
                spent.add(hours, price.currency, amount)
    return spent
