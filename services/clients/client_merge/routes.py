"""Merging two clients over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.client_merge.operations import merging
from services.clients.client_merge.schemas import MergeBody, MergeQuery, PreviewView, preview_json
from services.clients.records.operations.reading_tax_ids import RECORD, note_shown
from services.clients.records.schemas.views import ClientView, present
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.identity import current_identity, require
from shared.security.permissions import (
    CLIENTS_DELETE,
    CLIENTS_UPDATE,
    CLIENTS_VIEW,
    CLIENTS_VIEW_TAX_ID,
)
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("merges", __name__, url_prefix="/v1/clients/<uuid:client_id>")


@blueprint.route("/merge-preview", methods=["GET"])
@reads(CLIENTS_DELETE)
@blueprint.arguments(MergeQuery, location="query")
@blueprint.response(200, PreviewView)
def get_merge_preview(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """What merging this client into another would do, and what stands against it."""
    require(CLIENTS_UPDATE)
    sees = CLIENTS_VIEW_TAX_ID in require(CLIENTS_VIEW).permissions
    offer = merging.preview_merge(uow, client_id, query["into"], query["choices"])
    return Answer(preview_json(offer, sees_tax_ids=sees))


@blueprint.route("/merge", methods=["POST"])
@writes(CLIENTS_DELETE)
@blueprint.arguments(MergeBody)
@blueprint.response(200, ClientView)
def post_merge(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Merge this client into another; answers the other one as it is then."""
    require(CLIENTS_UPDATE)
    record = merging.merge_clients(uow, client_id, body["into"], body["confirm"], body["choices"])
    shown = present(record, uow.vault, current_identity().permissions)
    note_shown(uow, current_identity().permissions, RECORD, [shown])
    return Answer(shown, etag=record.version)
