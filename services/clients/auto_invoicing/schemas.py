"""Runs as they are answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.clients.auto_invoicing.models import OUTCOMES, RUN_STATES, BillingRun, RunItem
from services.clients.auto_invoicing.operations.previewing import Automation, Upcoming
from services.clients.values.money import amount_text, decimal_text
from shared.clock import rfc3339
from shared.http.schemas import page_of


class BillingRunView(Schema):
    """A run over the clients that were due; `failed` counts what somebody has to look at."""

    id = fields.UUID()
    state = fields.String(metadata={"enum": list(RUN_STATES)})
    as_of = fields.DateTime()
    issues = fields.Boolean(metadata={"description": "Whether it issues and sends its invoices."})
    started_by = fields.String(allow_none=True, metadata={"description": "Null: by itself."})
    clients = fields.Integer()
    invoiced = fields.Integer(metadata={"description": "Invoices that it made."})
    failed = fields.Integer()
    job_id = fields.UUID()
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


#: Runs, the newest first.
BillingRunPage = page_of(BillingRunView, "BillingRunPage")


class RunErrorView(Schema):
    """Why a period was not invoiced, or its invoice not issued, with every field that is named."""

    code = fields.String()
    message = fields.String()
    errors = fields.List(fields.Dict())


class RunItemView(Schema):
    """What came of a client's period."""

    client_id = fields.UUID()
    client_name = fields.String()
    period_start = fields.Date()
    period_end = fields.Date()
    outcome = fields.String(
        metadata={
            "enum": list(OUTCOMES),
            "description": "`found`: there was an invoice of this period; `nothing`: no time to "
            "bill; `failed`: tried again after a day.",
        }
    )
    invoice_id = fields.UUID(allow_none=True)
    number = fields.String(allow_none=True)
    currency = fields.String(allow_none=True)
    total = fields.String(allow_none=True)
    errors = fields.List(fields.Nested(RunErrorView))


#: What came of a run, in its order.
RunItemPage = page_of(RunItemView, "RunItemPage")


class ExpectedView(Schema):
    """What there is to bill so far, before tax."""

    currency = fields.String()
    hours = fields.String()
    amount = fields.String()


class UpcomingProblemView(Schema):
    """What stands against it."""

    field = fields.String()
    code = fields.String()
    message = fields.String()


class UpcomingView(Schema):
    """A client's next invoices."""

    client_id = fields.UUID()
    client_name = fields.String()
    frequency = fields.String()
    period_start = fields.Date()
    period_end = fields.Date()
    due_at = fields.DateTime()
    expected = fields.List(fields.Nested(ExpectedView))
    problems = fields.List(fields.Nested(UpcomingProblemView))


class UpcomingList(Schema):
    """Who is invoiced next, the first due first; a hundred at most."""

    data = fields.List(fields.Nested(UpcomingView))


class NextPeriodView(Schema):
    """The period of a frequency that is going on, and when it is invoiced."""

    frequency = fields.String()
    period_start = fields.Date()
    period_end = fields.Date()
    due_at = fields.DateTime()


class NextReportView(Schema):
    """The quarter that is going on, and when it is reported."""

    quarter = fields.String(metadata={"example": "2026-Q4"})
    due_at = fields.DateTime()


class AutomationRulesView(Schema):
    """What the switches of a client do in this workspace, and when next."""

    auto_invoicing = fields.List(fields.Nested(NextPeriodView))
    auto_invoicing_issues = fields.Boolean(
        metadata={"description": "Whether such invoices are issued and sent; else drafts."}
    )
    quarterly_reports = fields.Nested(NextReportView)
    reminder_days = fields.List(
        fields.Integer(), metadata={"description": "Days after the due day; none: no reminders."}
    )


def run_json(run: BillingRun) -> dict[str, Any]:
    """As `BillingRunView`."""
    return {
        "id": str(run.id),
        "state": run.state,
        "as_of": rfc3339(run.as_of),
        "issues": run.issues,
        "started_by": run.started_by,
        "clients": run.clients,
        "invoiced": run.invoiced,
        "failed": run.failed,
        "job_id": str(run.job_id),
        "created_at": rfc3339(run.created_at),
        "finished_at": run.finished_at and rfc3339(run.finished_at),
    }


def item_json(item: RunItem) -> dict[str, Any]:
    """As `RunItemView`."""
    total = None
    if item.total is not None and item.currency is not None:
        total = amount_text(item.total, item.currency)
    return {
        "client_id": str(item.client_id),
        "client_name": item.client_name,
        "period_start": item.period_start.isoformat(),
        "period_end": item.period_end.isoformat(),
        "outcome": item.outcome,
        "invoice_id": item.invoice_id and str(item.invoice_id),
        "number": item.number,
        "currency": item.currency,
        "total": total,
        "errors": item.errors,
    }


def upcoming_json(upcoming: Upcoming) -> dict[str, Any]:
    """As `UpcomingView`."""
    return {
        "client_id": str(upcoming.client_id),
        "client_name": upcoming.client_name,
        "frequency": upcoming.frequency,
        "period_start": upcoming.period.start.isoformat(),
        "period_end": upcoming.period.end.isoformat(),
        "due_at": rfc3339(upcoming.due_at),
        "expected": [
            {
                "currency": each.currency,
                "hours": decimal_text(each.hours, 2),
                "amount": amount_text(each.amount, each.currency),
            }
            for each in upcoming.expected
        ],
        "problems": [each.as_dict() for each in upcoming.problems],
    }


def automation_json(found: Automation) -> dict[str, Any]:
    """As `AutomationRulesView`."""
    return {
        "auto_invoicing": [
            {
                "frequency": frequency,
                "period_start": period.start.isoformat(),
                "period_end": period.end.isoformat(),
                "due_at": rfc3339(due_at),
            }
            for frequency, period, due_at in found.periods
        ],
        "auto_invoicing_issues": found.issues,
        "quarterly_reports": {
            "quarter": found.quarter.name,
            "due_at": rfc3339(found.reported_at),
        },
        "reminder_days": found.reminder_days,
    }
