"""Planning a deletion and asking for it; receipts, and undoing one."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g

from services.clients.deletion import queries, schemas
from services.clients.deletion.models import RUNNING
from services.clients.deletion.operations import deleting
from services.clients.deletion.routes.holdings import (
    asking_first,
    holdings_of,
    problem_of_documents,
)
from services.clients.gateway.passing import composes, passes_on
from services.clients.records.routes.lookup import known_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, runtime, writes
from shared.http.identity import origin_of
from shared.http.schemas import PageQuery
from shared.security.identity import Identity
from shared.security.permissions import CLIENTS_DELETE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("deletions", __name__, url_prefix="/v1")

_CLIENT = "/clients/<uuid:client_id>"
# The group under which callers find the first two in the reference.
_GROUP = ["facade"]


@blueprint.route(f"{_CLIENT}/deletion-plan", methods=["GET"], tags=_GROUP)
@passes_on(CLIENTS_DELETE, known_client)
@blueprint.response(200, schemas.PlanView)
def get_plan(identity: Identity, client_id: uuid.UUID) -> Answer:
    """What deleting this client would take along, and the note that confirms it."""
    holdings = holdings_of(identity, client_id)
    with runtime().unit_of_work(origin_of(identity)) as uow:
        return Answer(schemas.plan_json(deleting.plan_deletion(uow, client_id, holdings)))


@blueprint.route(_CLIENT, methods=["DELETE"], tags=_GROUP)
@asking_first(CLIENTS_DELETE)
@writes(CLIENTS_DELETE)
@blueprint.arguments(schemas.DeleteQuery, location="query")
@blueprint.response(202, schemas.DeletionView)
def delete_client(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Delete the client as its plan said; `confirm` is the plan's."""
    deletion = deleting.delete_client(uow, client_id, query["confirm"], g.holdings)
    return Answer(schemas.deletion_json(deletion), 202, location=f"/v1/deletions/{deletion.id}")


@blueprint.route("/deletions", methods=["GET"])
@reads(CLIENTS_DELETE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.DeletionPage)
def list_deletions(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's deletions, the newest first."""
    found = queries.list_deletions(uow, query["cursor"], query["limit"])
    return Answer(found.as_dict(schemas.deletion_json))


@blueprint.route("/deletions/<uuid:deletion_id>", methods=["GET"])
@composes(CLIENTS_DELETE)
@blueprint.response(200, schemas.DeletionView)
def get_deletion(identity: Identity, deletion_id: uuid.UUID) -> Answer:
    """The receipt of a deletion: what each service has erased, when, and what stands in its way."""
    with runtime().unit_of_work(origin_of(identity)) as uow:
        deletion = queries.get_deletion(uow.session, deletion_id)
        receipt = schemas.deletion_json(deletion)
    documents = receipt["services"]["documents"]
    if documents["state"] == RUNNING:
        documents["problem"] = problem_of_documents(identity, deletion.client_id)
    return Answer(receipt)


@blueprint.route("/deletions/<uuid:deletion_id>/undo", methods=["POST"])
@writes(CLIENTS_DELETE)
@blueprint.response(200, schemas.DeletionView)
def undo_deletion(uow: UnitOfWork, deletion_id: uuid.UUID) -> Answer:
    """Bring the client back, as long as the deletion is pending."""
    return Answer(schemas.deletion_json(deleting.undo_deletion(uow, deletion_id)))
