"""What the next run would do, and what each switch of a client means and when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from services.clients.access.queries import get_workspace, local_today
from services.clients.auto_invoicing import queries, rules
from services.clients.auto_invoicing.rules import Period
from services.clients.billing.operations.from_time import Expected, expected_from_time
from services.clients.records.rules.choices import FREQUENCIES
from services.clients.reports.rules import Quarter, quarter_of
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


@dataclass(frozen=True, slots=True)
class Automation:
    """What the switches of any client do, as of today: the period of each frequency that is going
    on and when it is invoiced, the quarter that is reported next and when, and the workspace's
    rules."""

    periods: list[tuple[str, Period, datetime]]
    quarter: Quarter
    reported_at: datetime
    issues: bool
    reminder_days: list[int]


def automation(uow: UnitOfWork) -> Automation:
    """What happens by itself to whoever has it switched on, and when next."""
    workspace, today = get_workspace(uow), local_today(uow)
    periods = ((each, rules.period_of(each, today)) for each in FREQUENCIES)
    quarter = quarter_of(today)
    return Automation(
        [(each, one, rules.begins(one.due_on, workspace.time_zone)) for each, one in periods],
        quarter,
        rules.begins(quarter.following.first, workspace.time_zone),
        workspace.auto_invoicing_issues,
        list(workspace.reminder_days),
    )
