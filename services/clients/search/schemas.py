"""What is looked for, and what is found."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.clients.gateway.schemas import UnavailableView
from services.clients.search.rules import KINDS
from shared.http.schemas import Coded, StrictSchema, listed_once


class SearchText(fields.String):
    """What somebody looks for, without blanks around it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        typed = str(super()._deserialize(value, *args, **kwargs)).strip()
        if not typed:
            raise ValidationError(Coded("required", "Say what to look for."))
        return typed


class Kinds(fields.Field[list[str]]):
    """Kinds of things, separated by commas."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        names = listed_once(str(value).split(","))
        wrong = [name for name in names if name not in KINDS]
        known = f"There are: {', '.join(KINDS)}."
        errors = [Coded("not_a_choice", f"No kind {name[:50]}. {known}") for name in wrong[:20]]
        if errors or not names:
            raise ValidationError([*errors] or [Coded("required", known)])
        return names


class SearchQuery(StrictSchema):
    """`GET /v1/search`."""

    q = SearchText(
        required=True,
        validate=validate.Length(max=200),
        metadata={"description": "Beginnings of words, in any order."},
    )
    kinds = Kinds(
        load_default=lambda: list(KINDS),
        metadata={
            "type": "string",
            "description": f"Any of {', '.join(KINDS)}, separated by commas; all if left out.",
            "examples": ["client,invoice"],
        },
    )
    limit = fields.Integer(
        load_default=10,
        validate=validate.Range(1, 50),
        metadata={"description": "At most so many of each kind."},
    )


class FoundView(Schema):
    """Something that was found. `matched`: the fields in which a word begins as typed; empty
    where it is in something that is not shown, such as a further contact."""

    kind = fields.String(validate=validate.OneOf(list(KINDS)))
    id = fields.UUID()
    client_id = fields.UUID()
    client_name = fields.String(allow_none=True)
    title = fields.String()
    detail = fields.String(allow_none=True)
    matched = fields.List(fields.String())


class SearchView(Schema):
    """What was found; `unavailable` where a part could not be asked."""

    data = fields.List(fields.Nested(FoundView))
    unavailable = fields.List(fields.Nested(UnavailableView))
