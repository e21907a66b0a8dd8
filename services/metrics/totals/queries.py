"""Reading a client's totals, and how far they are counted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.metrics.totals.errors import ClientErased


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
class Overview:
    """The totals of a client and what they are counted from."""

    active_projects: int
    invoices_issued: int
    paid_invoices: int
    total_revenue: list[dict[str, str]]
    counted: list[CountedUpTo]


# Totals and positions in one statement, hence of one moment: a position read later could
# claim events that the totals do not hold.
_OVERVIEW = text(
    """
    WITH present AS (
        SELECT coalesce((SELECT target_id FROM client_aliases WHERE client_id = :client_id),
                        :client_id) AS id
    )
    SELECT coalesce(m.active_projects, 0) AS active_projects,
           coalesce(m.invoices_issued, 0) AS invoices_issued,
           coalesce(m.paid_invoices, 0) AS paid_invoices,
           coalesce(m.total_revenue, '[]') AS total_revenue,
           EXISTS (SELECT 1 FROM erased_clients WHERE client_id = present.id) AS erased,
           p.source, CAST(p.epoch AS text) AS epoch, p.contiguous_pos,
           p.contiguous_at, greatest(p.known_head - p.contiguous_pos, 0) AS lag,
           CAST(extract(epoch FROM clock_timestamp() - p.level_at) AS float) AS behind,
           CAST(extract(epoch FROM clock_timestamp() - coalesce(p.head_seen_at, p.level_at))
                AS float) AS unseen
    FROM present
    LEFT JOIN client_metrics m ON m.client_id = present.id
    LEFT JOIN consumer_progress p ON true
    ORDER BY p.source
    """
)


def overview(session: Session, client_id: uuid.UUID) -> Overview:
    """The totals of a client: zeros for one that nothing was heard of.

    Raises `ClientErased` for a deleted one.
    """
    rows = session.execute(_OVERVIEW, {"client_id": client_id}).all()
    if rows[0].erased:
        raise ClientErased
    return Overview(
        active_projects=rows[0].active_projects,
        invoices_issued=rows[0].invoices_issued,
        paid_invoices=rows[0].paid_invoices,
        total_revenue=rows[0].total_revenue,
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
