"""Bodies and answers of lists."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.clients.lists.models import ListState
from services.clients.lists.rules.entries import MAX_ENTRIES, NAME_LENGTH, Entry
from shared.http.fields import flag, required_line
from shared.http.schemas import StrictSchema, page_of


class ListEntryChanges(StrictSchema):
    """`PATCH` of an entry."""

    name = required_line(NAME_LENGTH)
    position = fields.Integer(
        strict=True,
        validate=validate.Range(0, MAX_ENTRIES - 1),
        metadata={"description": "Its place in the list, from 0; the others make room."},
    )
    retired = flag(description="A retired entry stays on the records that have it.")


class ListEntryBody(ListEntryChanges):
    """A new entry."""

    class Meta(StrictSchema.Meta):
        """marshmallow's switches."""

        exclude = ("retired",)

    name = required_line(NAME_LENGTH, required=True)


class ListEntryView(StrictSchema):
    """An entry as answered."""

    id = fields.String()
    name = fields.String()
    position = fields.Integer()
    retired = fields.Boolean()
    former_names = fields.List(
        fields.String(),
        metadata={"description": "Names it had: records keep them, and they still mean it."},
    )


#: All entries of a list in their order, retired ones too.
WorkspaceListView = page_of(ListEntryView, "WorkspaceListView")


def list_json(listed: ListState) -> dict[str, Any]:
    """As `WorkspaceListView`."""
    return {"data": [entry_json(listed, entry) for entry in listed.entries], "next": None}


def entry_json(listed: ListState, entry: Entry) -> dict[str, Any]:
    """As `ListEntryView`."""
    return {
        "id": entry.id,
        "name": entry.name,
        "position": listed.entries.index(entry),
        "retired": entry.retired,
        "former_names": list(entry.former_names),
    }
