"""Receipts of deletions, undoing one, and merging two clients.

Planning a deletion and asking for it are the façade's, as other services are asked to count.
"""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access.schemas import PageQuery
from services.clients.lifecycle import queries, schemas
from services.clients.lifecycle.operations import deleting, merging
from services.clients.records.schemas.views import ClientView, present
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.identity import current_identity, require
from shared.unit_of_work import UnitOfWork

deletions = ApiBlueprint("deletions", __name__, url_prefix="/v1/deletions")
merges = ApiBlueprint("merges", __name__, url_prefix="/v1/clients/<uuid:client_id>")

BLUEPRINTS = (deletions, merges)

DELETE, UPDATE = "clients.delete", "clients.update"


@deletions.route("", methods=["GET"])
@reads(DELETE)
@deletions.arguments(PageQuery, location="query")
@deletions.response(200, schemas.DeletionPage)
def list_deletions(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's deletions, the newest first."""
    found = queries.list_deletions(uow, query["cursor"], query["limit"])
    return Answer(found.as_dict(schemas.deletion_json))


@deletions.route("/<uuid:deletion_id>", methods=["GET"])
@reads(DELETE)
@deletions.response(200, schemas.DeletionView)
def get_deletion(uow: UnitOfWork, deletion_id: uuid.UUID) -> Answer:
    """The receipt of a deletion: what each service has erased, and when."""
    return Answer(schemas.deletion_json(queries.get_deletion(uow.session, deletion_id)))


@deletions.route("/<uuid:deletion_id>/undo", methods=["POST"])
@writes(DELETE)
@deletions.response(200, schemas.DeletionView)
def undo_deletion(uow: UnitOfWork, deletion_id: uuid.UUID) -> Answer:
    """Bring the client back, as long as the deletion is pending."""
    return Answer(schemas.deletion_json(deleting.undo_deletion(uow, deletion_id)))


@merges.route("/merge-preview", methods=["GET"])
@reads(DELETE)
@merges.arguments(schemas.MergeQuery, location="query")
@merges.response(200, schemas.PreviewView)
def get_merge_preview(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """What merging this client into another would do, and what stands against it."""
    require(UPDATE)
    offer = merging.preview_merge(uow, client_id, query["into"], query["choices"])
    return Answer(schemas.preview_json(offer))


@merges.route("/merge", methods=["POST"])
@writes(DELETE)
@merges.arguments(schemas.MergeBody)
@merges.response(200, ClientView)
def post_merge(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Merge this client into another; answers the other one as it is then."""
    require(UPDATE)
    record = merging.merge_clients(uow, client_id, body["into"], body["confirm"], body["choices"])
    shown = present(record, uow.vault, current_identity().permissions)
    return Answer(shown, etag=record.version)
