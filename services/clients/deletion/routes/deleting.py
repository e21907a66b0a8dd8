"""Planning a deletion and asking for it: what other services hold is asked for first."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g

from services.clients.deletion.operations import deleting
from services.clients.deletion.routes.holdings import asking_first, holdings_of
from services.clients.deletion.schemas import (
    DeleteQuery,
    DeletionView,
    PlanView,
    deletion_json,
    plan_json,
)
from services.clients.gateway.passing import (
    passes_on,
)
from services.clients.records.routes.lookup import known_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, runtime, writes
from shared.http.identity import Identity, origin_of
from shared.unit_of_work import UnitOfWork

DELETE_CLIENT = "clients.delete"
# The group under which callers find these two in the reference.
_GROUP = ["facade"]

blueprint = ApiBlueprint("client-deletion", __name__, url_prefix="/v1/clients/<uuid:client_id>")


@blueprint.route("/deletion-plan", methods=["GET"], tags=_GROUP)
@passes_on(DELETE_CLIENT, known_client)
@blueprint.response(200, PlanView)
def get_plan(identity: Identity, client_id: uuid.UUID) -> Answer:
    """What deleting this client would take along, and the note that confirms it."""
    holdings = holdings_of(identity, client_id)
    with runtime().unit_of_work(origin_of(identity)) as uow:
        return Answer(plan_json(deleting.plan_deletion(uow, client_id, holdings)))


@blueprint.route("", methods=["DELETE"], tags=_GROUP)
@asking_first(DELETE_CLIENT)
@writes(DELETE_CLIENT)
@blueprint.arguments(DeleteQuery, location="query")
@blueprint.response(202, DeletionView)
def delete_client(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Delete the client as its plan said; `confirm` is the plan's."""
    deletion = deleting.delete_client(uow, client_id, query["confirm"], g.holdings)
    return Answer(deletion_json(deletion), 202, location=f"/v1/deletions/{deletion.id}")
