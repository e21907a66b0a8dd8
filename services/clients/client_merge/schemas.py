"""Queries, bodies and answers of merges."""

from __future__ import annotations

from typing import Any

import orjson
from marshmallow import fields, validate

from services.clients.client_merge.operations.merging import MergeOffer, Preview
from services.clients.client_merge.rules import INTO, SOURCE, differences
from services.clients.records.models.record import Record
from shared.clock import rfc3339
from shared.http.schemas import StrictSchema

_SHORT = validate.Length(max=200)


class EntryView(StrictSchema):
    """How much of one kind. A `count` of null is another service's, which did not answer;
    `note` says so. `bytes` stands with documents."""

    kind = fields.String()
    count = fields.Integer(allow_none=True)
    bytes = fields.Integer(allow_none=True)
    note = fields.String()


class ChoicesField(fields.Dict):
    """From fields to whose value is kept; in a query the same object is written as JSON."""

    def __init__(self) -> None:
        super().__init__(
            keys=fields.String(validate=_SHORT),
            values=fields.String(validate=validate.OneOf([INTO, SOURCE])),
            load_default=dict,
            metadata={
                "description": "Fields of which not the usual value is kept: `source` is that of "
                "the client that goes, `into` that of the one that stays. In a query, as JSON.",
                "examples": [{"website": "source"}],
            },
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if isinstance(value, str):
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError as error:
                raise self.make_error("invalid") from error
        return super()._deserialize(value, attr, data, **more)  # type: ignore[no-untyped-call]  # marshmallow leaves it untyped


class MergeQuery(StrictSchema):
    """`GET /v1/clients/{id}/merge-preview?into=&choices=`."""

    into = fields.UUID(required=True)
    choices = ChoicesField()


class MergeBody(StrictSchema):
    """`POST /v1/clients/{id}/merge`; with `confirm` only what the preview showed is done."""

    into = fields.UUID(required=True)
    confirm = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    choices = ChoicesField()


class DifferenceView(StrictSchema):
    """A field in which both have a value, and whose is kept."""

    field = fields.String()
    into = fields.Raw(allow_none=True)
    source = fields.Raw(allow_none=True)
    wins = fields.String(metadata={"enum": [INTO, SOURCE]})


class ConflictView(StrictSchema):
    """Why they cannot be merged as they are."""

    code = fields.String()
    message = fields.String()


class PreviewView(StrictSchema):
    """What a merge would do.

    `moves` go over to the other client; `left` are contacts and rates that it has already;
    `filled` are fields that it takes over: it has no value, or the other's was chosen.
    """

    source = fields.Dict()
    into = fields.Dict()
    moves = fields.List(fields.Nested(EntryView))
    left = fields.List(fields.Nested(EntryView))
    filled = fields.List(fields.String())
    differences = fields.List(fields.Nested(DifferenceView))
    conflicts = fields.List(fields.Nested(ConflictView))
    confirm = fields.String()
    expires_at = fields.DateTime()


def preview_json(offer: MergeOffer, *, sees_tax_ids: bool) -> dict[str, Any]:
    """As `PreviewView`."""
    preview = offer.preview
    source, target = preview.source.client, preview.target.client
    return {
        "source": _shown(preview.source),
        "into": _shown(preview.target),
        "moves": _moves(preview),
        "left": [
            {"kind": "contacts", "count": len(preview.taken.contacts_left)},
            {"kind": "rates", "count": len(preview.taken.rates_left)},
        ],
        "filled": _filled(preview),
        "differences": [
            {
                "field": each.field,
                "into": each.stays,
                "source": each.goes,
                "wins": preview.choices.get(each.field, INTO),
            }
            for each in differences(target, source, sees_tax_ids=sees_tax_ids)
        ],
        "conflicts": [{"code": it.code, "message": it.message} for it in preview.conflicts],
        "confirm": offer.confirm,
        "expires_at": rfc3339(offer.expires_at),
    }


def _shown(record: Record) -> dict[str, Any]:
    client = record.client
    return {
        "id": str(client.id),
        "company_name": client.company_name,
        "client_code": client.client_code,
        "version": client.version,
    }


def _moves(preview: Preview) -> list[dict[str, Any]]:
    books = preview.books
    return [
        {"kind": "contacts", "count": len(preview.taken.contacts)},
        {"kind": "rates", "count": len(preview.taken.rates)},
        {"kind": "projects", "count": books.projects},
        {"kind": "time_entries", "count": preview.time_entries},
        {"kind": "draft_invoices", "count": books.unnumbered_invoices},
        {"kind": "issued_invoices", "count": books.numbered_invoices},
        {"kind": "notes", "count": preview.notes},
    ]


def _filled(preview: Preview) -> list[str]:
    taken = preview.taken.paths
    if preview.target.client.client_code is None and preview.source.client.client_code:
        taken.add("client_code")
    return sorted(taken)
