"""Time on its way to an invoice: what is due, claimed by a draft, and given back by it.

Whoever calls these holds the client's lock, under which all its time is written: nobody else can
claim it meanwhile, and what is read is what is claimed.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from services.clients.records.rules.pricing import Rate
from services.clients.time_entries.rules.turns import turns_of
from shared.unit_of_work import UnitOfWork

_SPAN = "width_bucket(date, CAST(:turns AS date[]))"
# The rows are held besides, in one order: the overtime of a person's week is worked out anew by
# whoever writes time of another client into it, which must not move what is being billed.
_DUE = text(
    f"""
    WITH due AS (
        SELECT project_id, position, {_SPAN} AS span, date, hours, overtime_hours
        FROM time_entries WHERE client_id = :client AND invoice_id IS NULL AND date <= :last
        ORDER BY id FOR UPDATE
    )
    SELECT due.project_id, p.name AS project_name, position, span, min(date) AS first_day,
           max(date) AS last_day, sum(hours - overtime_hours) AS regular,
           sum(overtime_hours) AS overtime
    FROM due JOIN projects p ON p.id = due.project_id
    GROUP BY due.project_id, p.name, position, span
    ORDER BY p.name, due.project_id, position, span
    """
)
_CLAIM = text(
    f"""
    UPDATE time_entries AS t SET invoice_id = :invoice, invoice_line_ids = array_remove(ARRAY[
        CASE WHEN t.hours > t.overtime_hours THEN g.regular_line END,
        CASE WHEN t.overtime_hours > 0 THEN g.overtime_line END], NULL)
    FROM unnest(CAST(:projects AS uuid[]), CAST(:positions AS text[]), CAST(:spans AS int[]),
                CAST(:regular_lines AS uuid[]), CAST(:overtime_lines AS uuid[]))
         AS g (project_id, position, span, regular_line, overtime_line)
    WHERE t.client_id = :client AND t.invoice_id IS NULL AND t.date <= :last
      AND t.project_id = g.project_id AND t.position = g.position AND {_SPAN} = g.span
    """
)
_RELEASE = text(
    """
    WITH released AS (
        UPDATE time_entries SET invoice_id = NULL, invoice_line_ids = NULL
        WHERE invoice_id = :invoice AND NOT invoice_line_ids && CAST(:lines AS uuid[])
        RETURNING hours
    )
    SELECT coalesce(sum(hours), 0) FROM released
    """
)
# Hours of one entry may stand in two lines, those past a limit as overtime.
_TORN = text(
    """
    SELECT DISTINCT unnest(invoice_line_ids) FROM time_entries
    WHERE invoice_id = :invoice AND invoice_line_ids && CAST(:lines AS uuid[])
      AND NOT invoice_line_ids <@ CAST(:lines AS uuid[])
    """
)


@dataclass(frozen=True, slots=True)
class DueTime:
    """Hours of one position on one project, in a span of days within which no rate changes."""

    project_id: uuid.UUID
    project_name: str
    position: str
    span: int
    first_day: date
    last_day: date
    regular: Decimal
    overtime: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """Hours that are due, and the lines that they stand in."""

    due: DueTime
    regular_line: uuid.UUID | None
    overtime_line: uuid.UUID | None


def due_time(
    uow: UnitOfWork, client_id: uuid.UUID, rates: Sequence[Rate], last: date
) -> list[DueTime]:
    """What is not billed of the client's time up to a day, however late it was entered."""
    asked = {"client": client_id, "turns": turns_of(rates), "last": last}
    return [DueTime(*row) for row in uow.session.execute(_DUE, asked)]


def claim_time(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    rates: Sequence[Rate],
    last: date,
    invoice_id: uuid.UUID,
    claims: Sequence[Claim],
) -> None:
    """Put the time on the invoice, all of it in one statement."""
    asked = {
        "client": client_id,
        "turns": turns_of(rates),
        "last": last,
        "invoice": invoice_id,
        "projects": [each.due.project_id for each in claims],
        "positions": [each.due.position for each in claims],
        "spans": [each.due.span for each in claims],
        "regular_lines": [each.regular_line for each in claims],
        "overtime_lines": [each.overtime_line for each in claims],
    }
    uow.session.execute(_CLAIM, asked)


def release_time(
    uow: UnitOfWork, invoice_id: uuid.UUID, kept_lines: Collection[uuid.UUID] = ()
) -> Decimal:
    """Unbill the time of an invoice, but for what stands in a line that is kept; the hours."""
    found = uow.session.scalars(_RELEASE, {"invoice": invoice_id, "lines": list(kept_lines)})
    return Decimal(found.one())


def torn_lines(
    uow: UnitOfWork, invoice_id: uuid.UUID, kept_lines: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """The lines that are not kept though other hours of the same entries are: an entry is billed as
    a whole, so that its hours in them would be on no invoice for good."""
    found = uow.session.scalars(_TORN, {"invoice": invoice_id, "lines": list(kept_lines)})
    return set(found) - set(kept_lines)
