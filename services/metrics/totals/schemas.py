"""A client's metrics over HTTP."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from services.metrics.totals.queries.overviews import CountedUpTo, OpenItems, Overview, Revenue
from services.metrics.totals.rules import months_up_to
from shared.clock import rfc3339
from shared.http.fields import Day
from shared.http.schemas import StrictSchema
from shared.security.permissions import INVOICES_VIEW, PROJECTS_VIEW

# An event on its way takes milliseconds, and a lost one is pulled after three seconds; what
# takes longer is worth telling the reader.
STALE_AFTER_SECONDS = 3.0
# The relay looks every second; where it has not for so long, nobody knows what is missing.
UNSEEN_AFTER_SECONDS = 10.0


class MoneyView(Schema):
    """An amount as a decimal string beside its currency."""

    currency = fields.String()
    amount = fields.String()


class CountedUpToView(Schema):
    """The last event of a source before which none is missing, and how many are known after."""

    epoch = fields.UUID()
    pos = fields.Integer()
    time = fields.DateTime(allow_none=True)
    lag = fields.Integer()


class OverdueView(MoneyView):
    """What is late in a currency."""

    invoices = fields.Integer()


class MonthView(Schema):
    """The revenue of a month: of the invoices that were paid in full in it."""

    month = fields.String(metadata={"example": "2026-11"})
    revenue = fields.List(fields.Nested(MoneyView))


class BudgetView(Schema):
    """The budgets of active projects in one unit, and what is spent of them."""

    unit = fields.String(metadata={"description": "A currency, or `hours`.", "example": "USD"})
    budget = fields.String()
    spent = fields.String()
    percent = fields.String(allow_none=True)


class MetricsQuery(StrictSchema):
    """Of which day the numbers are asked."""

    today = Day(
        validate=validate.Range(min=date(1900, 1, 1)),
        metadata={
            "description": "The day by which an invoice is late; "
            "the present one in the workspace's time zone if left out."
        },
    )


class MetricsView(Schema):
    """The numbers of a client, up to which event they are counted, and whether events that
    happened more than a few seconds ago are, or may be, missing from them.

    What belongs to projects or invoices is null for a caller who may not view those.
    """

    active_projects = fields.Integer(allow_none=True)
    total_revenue = fields.List(fields.Nested(MoneyView), allow_none=True)
    invoices_issued = fields.Integer(allow_none=True)
    paid_invoices = fields.Integer(allow_none=True)
    outstanding = fields.List(fields.Nested(MoneyView), allow_none=True)
    overdue = fields.List(fields.Nested(OverdueView), allow_none=True)
    average_days_to_pay = fields.String(
        allow_none=True,
        metadata={"description": "From issue to full payment, to a tenth of a day."},
    )
    revenue_by_month = fields.List(fields.Nested(MonthView), allow_none=True)
    budget_used = fields.List(
        fields.Nested(BudgetView),
        allow_none=True,
        metadata={
            "description": "Of a client; as of this moment, by the façade, which knows time and "
            "rates."
        },
    )
    as_of = fields.Dict(keys=fields.String(), values=fields.Nested(CountedUpToView))
    stale = fields.Boolean()


class TopClientView(MoneyView):
    """A client and its revenue in a currency; the façade adds what the client goes by."""

    client_id = fields.UUID()
    company_name = fields.String(allow_none=True)
    client_code = fields.String(allow_none=True)


class WorkspaceMetricsView(MetricsView):
    """The numbers of all clients together, with the five of the most revenue per currency."""

    top_clients = fields.List(fields.Nested(TopClientView), allow_none=True)


# What of the numbers belongs to whom; the rest is everybody's.
_OF_INVOICES = (
    "total_revenue", "invoices_issued", "paid_invoices", "outstanding", "overdue",
    "average_days_to_pay", "revenue_by_month", "top_clients",
)  # fmt: skip
_HIDDEN_WITHOUT = {PROJECTS_VIEW: ("active_projects",), INVOICES_VIEW: _OF_INVOICES}


def present(overview: Overview, today: date, permissions: Collection[str]) -> dict[str, Any]:
    """A client's numbers as their public answer, as far as the caller may see them."""
    answer = {
        "active_projects": overview.active_projects,
        "total_revenue": [_money(each) for each in overview.total_revenue],
        "invoices_issued": overview.invoices_issued,
        "paid_invoices": overview.paid_invoices,
        "outstanding": [
            {"currency": each.currency, "amount": each.outstanding} for each in overview.open_items
        ],
        "overdue": [_overdue(each) for each in overview.open_items if each.overdue_invoices],
        "average_days_to_pay": overview.days_to_pay and f"{overview.days_to_pay:f}",
        "revenue_by_month": _by_month(overview.months, today),
        "budget_used": None,
        "as_of": {up_to.source.lstrip("/"): _as_of(up_to) for up_to in overview.counted},
        "stale": any(map(_is_stale, overview.counted)),
    }
    return _seen_by(permissions, answer)


def present_workspace(
    overview: Overview, today: date, permissions: Collection[str]
) -> dict[str, Any]:
    """A workspace's numbers as their public answer."""
    top = [{"client_id": each.client_id, **_money(each)} for each in overview.top_clients]
    answer = {**present(overview, today, permissions), "top_clients": top}
    return _seen_by(permissions, answer)


def _seen_by(permissions: Collection[str], answer: dict[str, Any]) -> dict[str, Any]:
    hidden = {
        name
        for permission, names in _HIDDEN_WITHOUT.items()
        if permission not in permissions
        for name in names
    }
    return {name: None if name in hidden else value for name, value in answer.items()}


def _money(revenue: Revenue) -> dict[str, str]:
    return {"currency": revenue.currency, "amount": revenue.amount}


def _overdue(items: OpenItems) -> dict[str, Any]:
    return {
        "currency": items.currency,
        "amount": items.overdue,
        "invoices": items.overdue_invoices,
    }


def _by_month(months: Sequence[Revenue], today: date) -> list[dict[str, Any]]:
    return [
        {"month": month, "revenue": [_money(each) for each in months if each.month == month]}
        for month in months_up_to(today)
    ]


def _is_stale(up_to: CountedUpTo) -> bool:
    is_behind = up_to.behind_seconds > STALE_AFTER_SECONDS
    return is_behind or up_to.unseen_seconds > UNSEEN_AFTER_SECONDS


def _as_of(up_to: CountedUpTo) -> dict[str, Any]:
    time = up_to.time and rfc3339(up_to.time)
    return {"epoch": up_to.epoch, "pos": up_to.pos, "time": time, "lag": up_to.lag}
