"""Time over HTTP. Hours are decimal strings, to 0.01."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.clients.records.schemas.fields import DecimalText, line
from services.clients.time_entries import events
from services.clients.time_entries.models import TimeEntry
from services.clients.time_entries.rules.weeks import Week, as_week
from services.clients.values.money import decimal_text
from shared.clock import rfc3339
from shared.http.fields import Day, checked, flag, prose
from shared.http.schemas import Coded, PageQuery, StrictSchema, page_of
from shared.values import days, text

#: Rows of a week at most.
MAX_ROWS = 200


class WeekField(fields.Field[Week]):
    """A week as `2026-W48`."""

    def __init__(self, **kwargs: Any) -> None:
        described = {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$", "examples": ["2026-W48"]}
        super().__init__(metadata=described, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Week:
        week: Week = checked(as_week, value)
        return week


def _positive(hours: Decimal) -> None:
    if not hours:
        raise ValidationError(Coded("too_small", "Must be more than 0."))


def _hours(**more: Any) -> DecimalText:
    return DecimalText(
        places=2,
        least="0",
        most="24",
        validate=_positive,
        metadata={"examples": ["7.50"]},
        **more,
    )


class TimeEntryChanges(StrictSchema):
    """What of an entry is to change; the rest stays."""

    project_id = fields.UUID()
    position = line(text.WORD_LENGTH)
    person = line(text.NAME_LENGTH)
    date = Day()
    hours = _hours()
    overtime = flag()
    note = prose(text.REASON_LENGTH)


class TimeEntryBody(TimeEntryChanges):
    """New hours; `person` is the id of a user, or a name."""

    project_id = fields.UUID(required=True)
    position = line(text.WORD_LENGTH, required=True)
    person = line(text.NAME_LENGTH, required=True)
    date = Day(required=True)
    hours = _hours(required=True)


class WeekRow(StrictSchema):
    """An entry of a week; with the `id` of one that is there, it is that entry."""

    id = fields.UUID(allow_none=True)
    project_id = fields.UUID(required=True)
    position = line(text.WORD_LENGTH, required=True)
    date = Day(required=True)
    hours = _hours(required=True)
    overtime = flag(load_default=False)
    note = prose(text.REASON_LENGTH)


class WeekBody(StrictSchema):
    """A person's whole week."""

    entries = fields.List(
        fields.Nested(WeekRow), required=True, validate=validate.Length(max=MAX_ROWS)
    )


class PersonQuery(StrictSchema):
    """Whose week."""

    person = line(text.NAME_LENGTH, required=True)


class TimeEntryQuery(PageQuery):
    """What time to list."""

    client_id = fields.UUID()
    project_id = fields.UUID()
    person = line(text.NAME_LENGTH)
    week = WeekField()
    from_ = Day(data_key="from", attribute="from")
    to = Day()
    billed = fields.Boolean()

    @validates_schema
    def _in_order(self, query: dict[str, Any], **_: Any) -> None:
        for wrong in days.order(query.get("from"), query.get("to"), "to"):
            raise ValidationError({wrong.field: [Coded(wrong.code, wrong.message)]})


class TimeEntryView(Schema):
    """Hours of a person on a project, and the invoice they stand on."""

    id = fields.UUID()
    client_id = fields.UUID()
    project_id = fields.UUID()
    position = fields.String()
    person = fields.String(metadata={"description": "The id of a user, or a name."})
    person_name = fields.String()
    date = fields.Date()
    hours = fields.String()
    overtime = fields.Boolean()
    regular_hours = fields.String()
    overtime_hours = fields.String(
        metadata={"description": "All of them where `overtime` is set, or those past the rule."}
    )
    note = fields.String(allow_none=True)
    invoice_id = fields.UUID(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


#: Time entries, the latest day first.
TimeEntryPage = page_of(TimeEntryView, "TimeEntryPage")


class WeekView(Schema):
    """A person's week; its version is that of the `ETag`."""

    week = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    person = fields.String()
    entries = fields.List(fields.Nested(TimeEntryView))
    hours = fields.String()
    overtime_hours = fields.String()
    version = fields.Integer()


def entry_json(entry: TimeEntry) -> dict[str, Any]:
    """As `TimeEntryView`."""
    return {
        **events.snapshot(entry),
        "regular_hours": decimal_text(entry.regular_hours, 2),
        "created_at": rfc3339(entry.created_at),
        "updated_at": rfc3339(entry.updated_at),
    }


def week_json(
    week: Week, person: str, entries: Sequence[TimeEntry], version: int
) -> dict[str, Any]:
    """As `WeekView`."""
    return {
        "week": str(week),
        "starts_on": week.monday.isoformat(),
        "ends_on": week.sunday.isoformat(),
        "person": person,
        "entries": [entry_json(entry) for entry in entries],
        "hours": _sum(entry.hours for entry in entries),
        "overtime_hours": _sum(entry.overtime_hours for entry in entries),
        "version": version,
    }


def _sum(hours: Any) -> str:
    return decimal_text(sum(hours, Decimal(0)), 2)
