"""Bodies and answers of views."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load

from services.clients.access.schemas import PageQuery
from services.clients.records.schemas.bodies import ClientListQuery
from services.clients.views.models import NAME_LENGTH, SavedView
from shared.clock import rfc3339
from shared.http.schemas import Label, StrictSchema

_EXAMPLE = {"examples": ["Active, without an owner"]}


class ViewListQuery(PageQuery):
    """The list of views."""


class ViewQuery(ClientListQuery):
    """What `GET /v1/clients` takes, but for the page."""

    class Meta(StrictSchema.Meta):
        """marshmallow's switches."""

        exclude = ("limit", "cursor", "view")

    @post_load
    def stored(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """By the names that callers use."""
        names = values.pop("names", None)
        return values if names is None else {**values, "fields": names}


class ViewChanges(StrictSchema):
    """`PATCH` of a view; a `query` takes the place of the one before."""

    name = Label(NAME_LENGTH, metadata=_EXAMPLE)
    query = fields.Nested(ViewQuery)
    shared = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={"description": "Whether everyone who may view clients sees it."},
    )


class ViewBody(ViewChanges):
    """A new view."""

    name = Label(NAME_LENGTH, required=True, metadata=_EXAMPLE)


class MakerView(Schema):
    """Who made a view: `kind` is user or api_key."""

    kind = fields.String()
    id = fields.String(allow_none=True)
    name = fields.String()


class SavedViewView(Schema):
    """A view as answered."""

    id = fields.UUID()
    version = fields.Integer()
    name = fields.String()
    query = fields.Nested(ViewQuery)
    shared = fields.Boolean()
    created_by = fields.Nested(MakerView)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class SavedViewPageView(Schema):
    """A page of views, by name."""

    data = fields.List(fields.Nested(SavedViewView))
    next = fields.String(allow_none=True)


def view_json(view: SavedView) -> dict[str, Any]:
    """A view as answered."""
    return {
        "id": str(view.id),
        "version": view.version,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
        "created_by": view.created_by,
        "created_at": rfc3339(view.created_at),
        "updated_at": rfc3339(view.updated_at),
    }
