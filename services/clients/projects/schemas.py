"""Projects over HTTP. Money and hours are decimal strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from services.clients.projects import events
from services.clients.projects.models import STATUSES, Project
from services.clients.projects.rules import HOURS, Budget, Spent, budget_used
from services.clients.records.schemas.fields import DecimalText, currency, line
from services.clients.values import money
from shared.clock import rfc3339
from shared.http.fields import Day
from shared.http.schemas import PageQuery, StrictSchema, page_of


def _budget(places: int) -> DecimalText:
    return DecimalText(places=places, least="0", most="999999999999", allow_none=True)


class ProjectChanges(StrictSchema):
    """What of a project can be changed."""

    name = line(200)
    code = line(40, nullable=True)
    status = fields.String(validate=validate.OneOf(STATUSES))
    currency = currency()
    budget_amount = _budget(4)
    budget_hours = _budget(2)
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)


class ProjectBody(ProjectChanges):
    """A new project."""

    name = line(200, required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    currency = currency(nullable=True)


class ProjectQuery(PageQuery):
    """A page of a client's projects."""

    status = fields.String(validate=validate.OneOf(STATUSES))


class AllProjectsQuery(ProjectQuery):
    """A page of the projects of all clients."""

    status = fields.String(load_default=None, validate=validate.OneOf(STATUSES))
    client_id = fields.UUID(load_default=None)
    open = fields.Boolean(
        load_default=False, metadata={"description": "Only those that are not over."}
    )


class AmountView(Schema):
    """An amount in a currency."""

    currency = fields.String()
    amount = fields.String()


class ProjectView(Schema):
    """A project."""

    id = fields.UUID()
    client_id = fields.UUID()
    name = fields.String()
    code = fields.String(allow_none=True)
    status = fields.String()
    currency = fields.String()
    budget_amount = fields.String(allow_none=True)
    budget_hours = fields.String(allow_none=True)
    spent_amount = fields.String(
        metadata={"description": "Time at the client's rates, in the project's currency."}
    )
    spent_in_other_currencies = fields.List(fields.Nested(AmountView))
    spent_hours = fields.String()
    unpriced_hours = fields.String(
        metadata={"description": "Those of the hours that no rate of the client applies to."}
    )
    budget_used = fields.String(
        allow_none=True,
        metadata={"description": "Percent of the amount, or of the hours without one."},
    )
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


#: Projects, newest first.
ProjectPage = page_of(ProjectView, "ProjectPage")


class ListedProject(ProjectView):
    """A project in the list over all clients."""

    client_name = fields.String(allow_none=True)
    client_code = fields.String(allow_none=True)


#: Projects of all clients, newest first.
AllProjectsPage = page_of(ListedProject, "AllProjectsPage")


def present_project(project: Project, spent: Spent) -> dict[str, Any]:
    """A project as its public answer, with what is spent on it."""
    return {
        **events.snapshot(project),
        **_spent(project, spent),
        "created_at": rfc3339(project.created_at),
        "updated_at": rfc3339(project.updated_at),
    }


def present_budget(budget: Budget) -> dict[str, Any]:
    """Budgets of projects in one unit, with what is spent of them."""
    return {
        "unit": budget.unit,
        "budget": _in_unit(budget.budget, budget.unit),
        "spent": _in_unit(budget.spent, budget.unit),
        "percent": None if budget.percent is None else money.decimal_text(budget.percent, 2),
    }


def _in_unit(value: Decimal, unit: str) -> str:
    return money.decimal_text(value, 2) if unit == HOURS else money.amount_text(value, unit)


def present_listed(row: Any, spent: Spent) -> dict[str, Any]:
    """As `ListedProject`, of a row of `all_projects`."""
    project, name, code = row
    return {**present_project(project, spent), "client_name": name, "client_code": code}


def _spent(project: Project, spent: Spent) -> dict[str, Any]:
    currency = project.currency
    used = budget_used(spent, currency, project.budget_amount, project.budget_hours)
    return {
        "spent_amount": money.amount_text(spent.amount(currency), currency),
        "spent_in_other_currencies": [
            {"currency": other, "amount": money.amount_text(amount, other)}
            for other, amount in spent.others(currency).items()
        ],
        "spent_hours": money.decimal_text(spent.hours, 2),
        "unpriced_hours": money.decimal_text(spent.unpriced_hours, 2),
        "budget_used": None if used is None else money.decimal_text(used, 2),
    }
