"""The record at another time: what is asked, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.clients.records.rules.past import HIDDEN, Past, differences
from services.clients.records.schemas.bodies import Names
from shared.clock import rfc3339
from shared.http.schemas import Coded, StrictSchema
from shared.values import days
from shared.values.findings import Wrong


class Moment(fields.Field[datetime]):
    """RFC 3339 with its offset. A plus that a query has turned into a blank is one again."""

    def __init__(self, description: str = "", **kwargs: Any) -> None:
        described = {"type": "string", "format": "date-time", "description": description}
        super().__init__(metadata=described, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        found = _moment(str(value))
        if found is None:
            message = "Must be a moment with its offset, like 2026-01-31T12:00:00Z."
            raise ValidationError(Coded("invalid_moment", message))
        return found


def _moment(written: str) -> datetime | None:
    try:
        return days.as_moment(written.strip().replace(" ", "+"))
    except Wrong:
        return None


class Point(fields.Field[int | datetime]):
    """A version's number, or a moment."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", "description": description}, **kwargs)
        self._moment = Moment()

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int | datetime:
        written = str(value)
        if written.isascii() and written.isdecimal() and len(written) < 10:
            return int(written)
        return self._moment.deserialize(written)


class PastQuery(StrictSchema):
    """`GET /v1/clients/{id}`."""

    as_of = Moment("The record as it was at this moment.")
    names = Names(data_key="fields")


class DiffQuery(StrictSchema):
    """`GET /v1/clients/{id}/diff`."""

    begin = Point("A version or a moment.", required=True, data_key="from")
    end = Point("Likewise; now if left out.", load_default=None, data_key="to")


class PointView(Schema):
    """A version, and the moment since when the client was at it."""

    version = fields.Integer()
    at = fields.DateTime()


class ChangeView(Schema):
    """A field by its path, an element of a list by its id; a tax number is hidden."""

    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class DiffView(Schema):
    """What lies between two points of a client's history."""

    changes = fields.List(fields.Nested(ChangeView))
    begin = fields.Nested(PointView, data_key="from")
    end = fields.Nested(PointView, data_key="to")


def present_past(
    past: Past, as_of: datetime, tax_id: str | None, *, is_tax_id_known: bool
) -> dict[str, Any]:
    """A client as it was; a tax number that was changed since is not known any more."""
    answer = {**past.record, "version": past.version, "updated_at": rfc3339(past.at)}
    if is_tax_id_known:
        answer["tax_id"] = tax_id
    else:
        answer["tax_id"] = HIDDEN if answer["has_tax_id"] else None
    del answer["has_tax_id"]
    return {**answer, "as_of": rfc3339(as_of)}


def present_diff(begin: Past, end: Past) -> dict[str, Any]:
    """As `DiffView`."""
    points = {"from": begin, "to": end}
    ends = {name: {"version": it.version, "at": rfc3339(it.at)} for name, it in points.items()}
    return {"changes": differences(begin, end), **ends}
