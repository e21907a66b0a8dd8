"""Receipts of deletions, and undoing one."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.deletion import queries, schemas
from services.clients.deletion.operations import deleting
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.schemas import PageQuery
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("deletions", __name__, url_prefix="/v1/deletions")

DELETE = "clients.delete"


@blueprint.route("", methods=["GET"])
@reads(DELETE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.DeletionPage)
def list_deletions(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's deletions, the newest first."""
    found = queries.list_deletions(uow, query["cursor"], query["limit"])
    return Answer(found.as_dict(schemas.deletion_json))


@blueprint.route("/<uuid:deletion_id>", methods=["GET"])
@reads(DELETE)
@blueprint.response(200, schemas.DeletionView)
def get_deletion(uow: UnitOfWork, deletion_id: uuid.UUID) -> Answer:
    """The receipt of a deletion: what each service has erased, and when."""
    return Answer(schemas.deletion_json(queries.get_deletion(uow.session, deletion_id)))


@blueprint.route("/<uuid:deletion_id>/undo", methods=["POST"])
@writes(DELETE)
@blueprint.response(200, schemas.DeletionView)
def undo_deletion(uow: UnitOfWork, deletion_id: uuid.UUID) -> Answer:
    """Bring the client back, as long as the deletion is pending."""
    return Answer(schemas.deletion_json(deleting.undo_deletion(uow, deletion_id)))
