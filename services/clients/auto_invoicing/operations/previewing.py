"""What the next run would do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from services.clients.access.queries import get_workspace
from services.clients.auto_invoicing import queries, rules
from services.clients.auto_invoicing.rules import Period
from services.clients.billing.operations.from_time import Expected, expected_from_time
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork

_MOST = 100


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A client's next invoices: for which period, when, what there is so far, and what stands
    against it."""

    client_id: uuid.UUID
    client_name: str
    frequency: str
    period: Period
    due_at: datetime
    expected: list[Expected]
    problems: list[FieldError]


def preview(uow: UnitOfWork) -> list[Upcoming]:
    """The clients that are invoiced next, the first due first; a hundred at most."""
    workspace = get_workspace(uow)
    found = []
    for schedule, name, code, frequency in queries.scheduled_clients(uow.session, _MOST):
        since = rules.day_at(schedule.since, workspace.time_zone)
        period = rules.next_period(frequency, since, schedule.invoiced_until)
        expected, problems = expected_from_time(uow, schedule.client_id, period.end)
        if workspace.auto_invoicing_issues and code is None:
            message = "Without a code of three letters its invoice stays a draft."
            problems = [*problems, FieldError("client_code", "no_code", message)]
        due_at = rules.begins(period.due_on, workspace.time_zone)
        found.append(
            Upcoming(
                schedule.client_id, name, frequency or "monthly", period, due_at, expected, problems
            )
        )
    return found
