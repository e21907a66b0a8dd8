"""Queries and answers of the list, and bodies and answers of saved views."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.clients.listing.models import NAME_LENGTH, SavedView
from services.clients.records.rules import choices
from services.clients.records.schemas.bodies import Names
from services.clients.records.schemas.views import ClientSummaryView
from shared.clock import rfc3339
from shared.http.fields import Rule, flag, required_line
from shared.http.schemas import PageQuery, StrictSchema, page_of
from shared.values import text

SORTS = ("company_name", "client_code", "created_at", "updated_at")
_SORTS_BOTH_WAYS = [*SORTS, *(f"-{name}" for name in SORTS)]
_EXAMPLE = {"examples": ["Active, without an owner"]}


_TYPED_LENGTH = 200
# Without a flag for the case, which a pattern of JSON Schema cannot have.
_OWNER = validate.Regexp(
    r"([Mm][Ee]|[Nn][Oo][Nn][Ee]|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\Z"
)


def _typed(value: Any) -> str:
    return text.line(_TYPED_LENGTH)(value) or ""


def _some(*choices_of: str) -> fields.List[str]:
    one = fields.String(validate=validate.OneOf(choices_of)) if choices_of else _word()
    return fields.List(one, validate=validate.Length(max=20))


def _word() -> Rule:
    return required_line(text.WORD_LENGTH, minLength=1)


class ClientListQuery(PageQuery):
    """Filters of the list; one that is given several times takes any of its values."""

    q = Rule(
        _typed,
        nullable=False,
        maxLength=_TYPED_LENGTH,
        description="Beginnings of words of name, code, contacts, e-mail, address, tags, "
        "own fields; the last four of a tax id for those who may see it.",
    )
    status = _some(*choices.STATUSES)
    industry = _some()
    company_size = _some(*choices.COMPANY_SIZES)
    primary_service_type = _some()
    compliance = _some()
    tag = _some()
    owner = fields.String(
        validate=_OWNER,
        metadata={"description": "`me`, `none`, or a user's id."},
    )
    sort = fields.String(
        validate=validate.OneOf(_SORTS_BOTH_WAYS),
        metadata={"description": "`company_name` where nothing is said."},
    )
    names = Names(data_key="fields")
    view = fields.UUID(
        metadata={"description": "A saved view; what is said here besides wins over it."}
    )


class FacetsQuery(ClientListQuery):
    """The filters of the list."""

    class Meta(PageQuery.Meta):
        """marshmallow's switches."""

        exclude = ("limit", "cursor", "sort", "names")


ClientPageView = page_of(ClientSummaryView, "ClientPageView")


class FacetCountView(Schema):
    """How many clients have a value; null stands for those without one."""

    value = fields.String(allow_none=True)
    count = fields.Integer()


class OwnerCountView(FacetCountView):
    """How many clients somebody looks after; null stands for those without an owner."""

    name = fields.String(allow_none=True)


class FacetsView(Schema):
    """Totals of the clients that the filters leave, the most frequent value first."""

    status = fields.List(fields.Nested(FacetCountView))
    industry = fields.List(fields.Nested(FacetCountView))
    company_size = fields.List(fields.Nested(FacetCountView))
    primary_service_type = fields.List(fields.Nested(FacetCountView))
    owner_id = fields.List(fields.Nested(OwnerCountView))


class ViewQuery(ClientListQuery):
    """What `GET /v1/clients` takes, but for the page."""

    class Meta(PageQuery.Meta):
        """marshmallow's switches."""

        exclude = ("limit", "cursor", "view")

    @post_load
    def stored(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """By the names that callers use."""
        names = values.pop("names", None)
        return values if names is None else {**values, "fields": names}


class ViewChanges(StrictSchema):
    """`PATCH` of a view; a `query` takes the place of the one before."""

    name = required_line(NAME_LENGTH, **_EXAMPLE)
    query = fields.Nested(ViewQuery)
    shared = flag(description="Whether everyone who may view clients sees it.")


class ViewBody(ViewChanges):
    """A new view."""

    name = required_line(NAME_LENGTH, required=True, **_EXAMPLE)


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


#: A page of views, by name.
SavedViewPageView = page_of(SavedViewView, "SavedViewPageView")


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
