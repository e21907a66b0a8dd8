"""Bodies and answers of custom fields."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from services.clients.custom_fields.events import snapshot
from services.clients.custom_fields.models import TYPES, CustomField
from shared.http.fields import flag, required_line
from shared.http.schemas import StrictSchema, page_of

MAX_CHOICES = 200
LABEL_LENGTH = 100


class CustomFieldChanges(StrictSchema):
    """`PATCH` of a field; its key and its type stay."""

    label = required_line(LABEL_LENGTH, examples=["Account tier"])
    required = flag(description="Whether each new client must have it.")
    choices = fields.List(
        required_line(LABEL_LENGTH),
        validate=validate.Length(max=MAX_CHOICES),
        metadata={"description": "What can be chosen, for `choice` and `multi_choice`."},
    )
    retired = flag(description="A retired field stays on the clients that have it.")

    @post_load
    def _tidied(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "choices" in values:
            values["choices"] = list(dict.fromkeys(values["choices"]))
        return values


class CustomFieldBody(CustomFieldChanges):
    """A new field."""

    class Meta(StrictSchema.Meta):
        """marshmallow's switches."""

        exclude = ("retired",)

    key = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z"),
        metadata={
            "description": "What values are sent under, in `custom_fields`.",
            "examples": ["account_tier"],
        },
    )
    label = required_line(LABEL_LENGTH, required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))


class CustomFieldView(StrictSchema):
    """A field as answered."""

    id = fields.UUID()
    version = fields.Integer()
    key = fields.String()
    label = fields.String()
    type = fields.String(validate=validate.OneOf(TYPES))
    required = fields.Boolean()
    choices = fields.List(fields.String())
    retired = fields.Boolean()


#: All fields, in the order they were made, retired ones too.
CustomFieldListView = page_of(CustomFieldView, "CustomFieldListView")


def field_json(field: CustomField) -> dict[str, Any]:
    """A field as answered."""
    return {**snapshot(field), "version": field.version}
