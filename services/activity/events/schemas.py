"""The timeline over HTTP: what may be asked and how an entry looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import Schema, ValidationError, fields, post_load, validate
from webargs.fields import DelimitedList

from services.activity.events.models import TimelineEvent
from services.activity.events.rules import audit, exports, texts, wildcards
from services.activity.events.rules.summaries import summarise
from shared.clock import rfc3339
from shared.http.schemas import Coded, StrictSchema, page_of

NEWEST, OLDEST = "newest", "oldest"
ACTORS = ("user", "contact", "api_key", "system")
_UTC = ZoneInfo("UTC")
_DATE_OR_TIME = {"type": "string", "examples": ["2026-01-31", "2026-01-31T09:00:00Z"]}


class Moment(fields.Field[date | datetime]):
    """A day, or an RFC 3339 time; which moment a day stands for depends on the zone."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date | datetime:
        try:
            if len(str(value)) <= len("2026-01-31"):
                return date.fromisoformat(str(value))
            return _aware(datetime.fromisoformat(str(value)))
        except (ValueError, OverflowError) as error:
            message = "Use a date (2026-01-31) or a time (2026-01-31T09:00:00Z)."
            raise ValidationError(Coded("wrong_type", message)) from error


class TimeZone(fields.Field[ZoneInfo]):
    """A time zone by its name."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> ZoneInfo:
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            message = "Must be like America/Chicago."
            raise ValidationError(Coded("unknown_time_zone", message)) from error


def _moment(found: date | datetime, zone: ZoneInfo, days: int) -> datetime:
    """The moment itself, or the first one of the day that comes so many days later; raises
    `OverflowError` at the end of time."""
    if isinstance(found, datetime):
        return found
    return datetime.combine(found + timedelta(days=days), time(), zone).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    # A plus sign in a query arrives as a blank, so a time without a zone is taken as UTC.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


class _AnyFilters(StrictSchema):
    """Which entries, and in which order."""

    order = fields.String(load_default=NEWEST, validate=validate.OneOf([NEWEST, OLDEST]))
    actor = DelimitedList(fields.String(validate=validate.OneOf(ACTORS)))
    person = fields.String(validate=validate.Length(min=1, max=320))
    since = Moment(data_key="from", metadata=_DATE_OR_TIME)
    until = Moment(data_key="to", metadata=_DATE_OR_TIME)
    time_zone = TimeZone(
        metadata={
            "type": "string",
            "description": "In which days are counted; the workspace's if left out.",
        },
    )

    @post_load
    def in_zone(self, query: dict[str, Any], **_: Any) -> dict[str, Any]:
        """With moments for days: a last day belongs to what is asked for."""
        zone = query.pop("time_zone", _UTC)
        for name, sent_as, days in (("since", "from", 0), ("until", "to", 1)):
            try:
                query |= {name: _moment(query[name], zone, days)} if name in query else {}
            except OverflowError as error:
                wrong = Coded("wrong_type", "There is no such day.")
                raise ValidationError({sent_as: [wrong]}) from error
        return query


class _Filters(_AnyFilters):
    """Which entries of a timeline."""

    kind = DelimitedList(fields.String(validate=validate.OneOf(texts.kinds())))


class _Paged(StrictSchema):
    """Which page."""

    limit = fields.Integer(
        load_default=50, validate=[validate.Range(min=1), validate.Range(max=200)]
    )
    cursor = fields.String()


class TimelineQuery(_Filters, _Paged):
    """Filters, order and page of a timeline."""


class AuditQuery(_AnyFilters, _Paged):
    """Filters, order and page of the audit; `person` is a name or an id, of who did it or of whom
    it was done to."""

    kind = DelimitedList(fields.String(validate=validate.OneOf(audit.kinds())))


class ExportQuery(_Filters):
    """Filters, order and format of an exported timeline."""

    format = fields.String(load_default="csv", validate=validate.OneOf(list(exports.WRITERS)))


def public_filters(query: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as an event tells them, which outlives whom it is about: a person is hidden."""
    found: dict[str, Any] = {name: query[name] for name in ("kind", "actor") if name in query}
    if "person" in query:
        found["person"] = "hidden"
    moments = {"from": query.get("since"), "to": query.get("until")}
    return found | {name: rfc3339(moment) for name, moment in moments.items() if moment}


class ActorView(Schema):
    """Who did it."""

    kind = fields.String(validate=validate.OneOf(ACTORS))
    name = fields.String()


class ActorWithIdView(ActorView):
    """Who did it, with the id of it where it has one."""

    id = fields.String(allow_none=True)


class ChangeView(Schema):
    """One field before and after."""

    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class TimelineEntryView(Schema):
    """One event of a client."""

    id = fields.UUID()
    type = fields.String()
    occurred_at = fields.DateTime()
    actor = fields.Nested(ActorView)
    summary = fields.String()
    changes = fields.List(fields.Nested(ChangeView))
    data = fields.Dict()
    source = fields.String()
    pos = fields.Integer()


class AuditEntryView(TimelineEntryView):
    """One entry of the audit; `client_id` where it is about a client's data."""

    kind = fields.String(validate=validate.OneOf(audit.kinds()))
    actor = fields.Nested(ActorWithIdView)
    client_id = fields.UUID(allow_none=True)


AuditPage = page_of(AuditEntryView, "AuditPage")


TimelinePage = page_of(TimelineEntryView, "TimelinePage")


def present(event: TimelineEvent) -> dict[str, Any]:
    """An event as its public entry; `changes` stands beside `data`, not in it."""
    data = dict(event.data)
    changes = [
        {"field": each["field"], "before": each.get("before"), "after": each.get("after")}
        for each in data.pop("changes", [])
    ]
    return {
        "id": str(event.event_id),
        "type": event.type,
        "occurred_at": rfc3339(event.occurred_at),
        "actor": {"kind": event.actor.get("kind"), "name": event.actor.get("name")},
        "summary": summarise(event.type, event.data),
        "changes": changes,
        "data": data,
        "source": event.source,
        "pos": event.pos,
    }


def present_audited(event: TimelineEvent) -> dict[str, Any]:
    """An event as the audit shows it."""
    return {
        **present(event),
        "kind": audit.kind_of(event.type),
        "actor": event.actor,
        "client_id": event.client_id and str(event.client_id),
    }


class TypePattern(fields.String):
    """An event type, or the beginning of some with a `*` at its end."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        pattern = str(super()._deserialize(value, *args, **kwargs))
        if not wildcards.meant_by(pattern):
            message = f"There is no event type {pattern}; clients.* means all of clients."
            raise ValidationError(Coded("unknown_type", message))
        return pattern


#: How long a reader of the feed may have it wait for something new.
LONGEST_WAIT_SECONDS = 30


class StreamQuery(StrictSchema):
    """From where, and what."""

    after = fields.String(validate=validate.Length(min=1, max=200))
    types = DelimitedList(TypePattern(), validate=validate.Length(min=1, max=wildcards.MOST))
    client = fields.UUID()


class FeedQuery(StreamQuery):
    """How much beside; `wait` is for how many seconds an empty page may be held back."""

    wait = fields.Integer(
        load_default=0, validate=[validate.Range(min=0), validate.Range(max=LONGEST_WAIT_SECONDS)]
    )
    limit = fields.Integer(
        load_default=100, validate=[validate.Range(min=1), validate.Range(max=1000)]
    )


class EventView(Schema):
    """An event as CloudEvents 1.0 has it; what `data` holds, the page of its type says."""

    specversion = fields.String()
    id = fields.UUID()
    source = fields.String()
    type = fields.String()
    subject = fields.String()
    time = fields.DateTime()
    workspace = fields.UUID()
    client_id = fields.UUID(allow_none=True)
    aggregateversion = fields.Integer()
    pos = fields.Integer()
    epoch = fields.UUID()
    correlationid = fields.String()
    causationid = fields.String(allow_none=True)
    traceparent = fields.String(allow_none=True)
    actor = fields.Nested(ActorWithIdView)
    data = fields.Dict()


class FeedPage(Schema):
    """Events in order, the cursor of the next page, and the cursor of the feed's end."""

    events = fields.List(fields.Nested(EventView))
    next = fields.String()
    head = fields.String()
