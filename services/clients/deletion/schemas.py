"""Queries, bodies and answers of deletion."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.clients.client_merge.schemas import EntryView
from services.clients.deletion.models import (
    DONE,
    PARTS,
    PENDING,
    RUNNING,
    UNDONE,
    Deletion,
    DeletionPart,
)
from services.clients.deletion.operations.deleting import Offer
from shared.clock import rfc3339
from shared.http.schemas import StrictSchema, page_of

_SHORT = validate.Length(max=200)


class DeleteQuery(StrictSchema):
    """`DELETE /v1/clients/{id}?confirm=`."""

    confirm = fields.String(load_default=None, validate=_SHORT)


class PlanView(StrictSchema):
    """What a deletion would do."""

    confirm = fields.String()
    expires_at = fields.String()
    goes = fields.List(fields.Nested(EntryView))
    stays = fields.List(fields.Nested(EntryView))


class PartView(StrictSchema):
    """One service's part of a deletion; `problem` says what stands in its way, and is asked of
    documents on the receipt alone, not in a list."""

    state = fields.String(metadata={"enum": [PENDING, RUNNING, DONE, UNDONE]})
    at = fields.DateTime(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    problem = fields.String(allow_none=True)


class ServicesView(StrictSchema):
    """The parts by their services."""

    clients = fields.Nested(PartView)
    documents = fields.Nested(PartView)
    activity = fields.Nested(PartView)
    metrics = fields.Nested(PartView)


class DeletionView(StrictSchema):
    """The receipt of a deletion. `pending`: it can be undone, until `starts_at` at least."""

    deletion_id = fields.UUID()
    client_id = fields.UUID()
    state = fields.String(metadata={"enum": [PENDING, RUNNING, DONE, UNDONE]})
    requested_at = fields.DateTime()
    requested_by = fields.Dict()
    starts_at = fields.DateTime()
    started_at = fields.DateTime(allow_none=True)
    undone_at = fields.DateTime(allow_none=True)
    goes = fields.List(fields.Nested(EntryView))
    stays = fields.List(fields.Nested(EntryView))
    services = fields.Nested(ServicesView)


#: Deletions, the newest first.
DeletionPage = page_of(DeletionView, "DeletionPage")


def plan_json(offer: Offer) -> dict[str, Any]:
    """As `PlanView`."""
    return offer.as_dict()


def deletion_json(deletion: Deletion) -> dict[str, Any]:
    """As `DeletionView`."""
    parts = {part.service: part for part in deletion.parts}
    waiting = UNDONE if deletion.undone_at else PENDING
    return {
        "deletion_id": str(deletion.id),
        "client_id": str(deletion.client_id),
        "state": deletion.state,
        "requested_at": rfc3339(deletion.requested_at),
        "requested_by": {name: deletion.actor.get(name) for name in ("kind", "name")},
        "starts_at": rfc3339(deletion.starts_at),
        "started_at": deletion.started_at and rfc3339(deletion.started_at),
        "undone_at": deletion.undone_at and rfc3339(deletion.undone_at),
        "goes": deletion.goes,
        "stays": deletion.stays,
        "services": {name: _part_json(parts.get(name), waiting) for name in PARTS},
    }


def _part_json(part: DeletionPart | None, waiting: str) -> dict[str, Any]:
    if part is None:
        return {"state": waiting, "at": None, "counts": {}, "problem": None}
    if part.done_at is None:
        return {"state": RUNNING, "at": None, "counts": part.counts, "problem": _problem(part)}
    return {"state": DONE, "at": rfc3339(part.done_at), "counts": part.counts, "problem": None}


def _problem(part: DeletionPart) -> str | None:
    if part.problem is None or part.retry_at is None:
        return None
    again = rfc3339(part.retry_at)
    return f"It failed {part.failures} times in a row ({part.problem}). Next try: {again}."
