"""Projects over HTTP. Money and hours are decimal strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from services.clients.projects import events
from services.clients.projects.models import STATUSES, Project
from services.clients.records.schemas.fields import DecimalText, currency, line
from services.clients.values import money
from shared.clock import rfc3339
from shared.http.fields import Day
from shared.http.schemas import PageQuery, StrictSchema


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
    spent_amount = fields.String()
    spent_hours = fields.String()
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class ProjectPage(Schema):
    """Projects, newest first."""

    data = fields.List(fields.Nested(ProjectView))
    next = fields.String(allow_none=True)


def present_project(project: Project) -> dict[str, Any]:
    """A project as its public answer."""
    return {
        **events.snapshot(project),
        # Time is what is spent on a project, and none can be entered yet.
        "spent_amount": money.amount_text(Decimal(0), project.currency),
        "spent_hours": "0.00",
        "created_at": rfc3339(project.created_at),
        "updated_at": rfc3339(project.updated_at),
    }
