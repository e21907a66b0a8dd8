"""The numbers of a client and of a workspace, and how far they are counted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from services.metrics.totals.errors import ClientErased
from services.metrics.totals.queries.statements import POSITION, TOP_CLIENTS, TOTALS, figures
from services.metrics.totals.rules import first_month


@dataclass(frozen=True, slots=True)
class CountedUpTo:
    """How far one source is counted: every event up to `pos`, the newest from `time`.

    `lag` is how many more events the source is known to have; `behind_seconds` is for how
    long there have been some, whether the position moves or not, 0.0 without a lag.
    `unseen_seconds` is how long ago the source was looked at.
    """

    source: str
    epoch: str
    pos: int
    time: datetime | None
    lag: int
    behind_seconds: float
    unseen_seconds: float


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What is still to be paid in a currency, and how much of it, on how many invoices, is late."""

    currency: str
    outstanding: str
    overdue: str
    overdue_invoices: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """Revenue in a currency: of a month (`2026-11`), of a client, or in all."""

    currency: str
    amount: str
    month: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Numbers of a client or of the workspace, and what they are counted from.

    `days_to_pay` is the mean from issue to full payment. `months` are those of the last twelve
    that have revenue; an invoice's is that of the month in which it was paid in full.
    """

    active_projects: int
    invoices_issued: int
    paid_invoices: int
    total_revenue: list[Revenue]
    open_items: list[OpenItems]
    days_to_pay: Decimal | None
    months: list[Revenue]
    counted: list[CountedUpTo]
    top_clients: list[Revenue] = field(default_factory=list)


# All numbers and the positions in one statement, hence of one moment: a position read later
# could claim events that the numbers do not hold.
_OF_CLIENT = text(
    f"""
    WITH present AS (
        SELECT coalesce((SELECT target_id FROM client_aliases WHERE client_id = :client_id),
                        :client_id) AS id
    ), {figures("f.client_id = (SELECT id FROM present)")}
    SELECT coalesce(m.active_projects, 0) AS active_projects,
           coalesce(m.invoices_issued, 0) AS invoices_issued,
           coalesce(m.paid_invoices, 0) AS paid_invoices,
           coalesce(m.total_revenue, '[]') AS total_revenue,
           figures.*, CAST('[]' AS jsonb) AS top_clients,
           EXISTS (SELECT 1 FROM erased_clients WHERE client_id = present.id) AS erased,
           {POSITION}
    FROM present CROSS JOIN figures
    LEFT JOIN client_metrics m ON m.client_id = present.id
    LEFT JOIN consumer_progress p ON true
    ORDER BY p.source
    """
)
_OF_WORKSPACE = text(
    f"""
    WITH {figures("true")}, {TOTALS}
    SELECT totals.*, figures.*, {POSITION}
    FROM figures CROSS JOIN totals
    LEFT JOIN consumer_progress p ON true
    ORDER BY p.source
    """
)


def client_overview(session: Session, client_id: uuid.UUID, today: date) -> Overview:
    """The numbers of a client, zeros for one that nothing was heard of; `today` says what is late.

    Raises `ClientErased` for a deleted one.
    """
    given = {"client_id": client_id, "today": today, "since": first_month(today)}
    rows = session.execute(_OF_CLIENT, given).all()
    if rows[0].erased:
        raise ClientErased
    return _overview(rows)


def workspace_overview(session: Session, today: date) -> Overview:
    """The numbers of all clients together, with those that brought the most.

    The books outlive a client: what a deleted one has paid is counted here, and it is not named.
    """
    given = {"today": today, "since": first_month(today), "most": TOP_CLIENTS}
    return _overview(session.execute(_OF_WORKSPACE, given).all())


def _overview(rows: Sequence[Row[Any]]) -> Overview:
    first = rows[0]
    return Overview(
        active_projects=first.active_projects,
        invoices_issued=first.invoices_issued,
        paid_invoices=first.paid_invoices,
        total_revenue=[Revenue(**each) for each in first.total_revenue],
        open_items=[OpenItems(**each) for each in first.open_items],
        days_to_pay=first.days_to_pay,
        months=[Revenue(**each) for each in first.months],
        top_clients=[Revenue(**each) for each in first.top_clients],
        counted=[_counted(row) for row in rows if row.source is not None],
    )


def _counted(row: Any) -> CountedUpTo:
    return CountedUpTo(
        source=row.source,
        epoch=row.epoch,
        pos=row.contiguous_pos,
        time=row.contiguous_at,
        lag=row.lag,
        behind_seconds=row.behind if row.lag else 0.0,
        unseen_seconds=row.unseen,
    )
