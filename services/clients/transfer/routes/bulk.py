"""One change to many clients."""

from __future__ import annotations

from typing import Any

from services.clients.jobs.routes import accepted
from services.clients.jobs.schemas import JobView
from services.clients.transfer.operations import bulk
from services.clients.transfer.operations.bulk import DELETE
from services.clients.transfer.schemas import bodies, views
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, writes
from shared.http.identity import require
from shared.security.permissions import CLIENTS_DELETE, CLIENTS_UPDATE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "bulk", __name__, url_prefix="/v1/clients/bulk", description="One change to many clients"
)


@blueprint.route("/plan", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(bodies.BulkPlanBody)
@blueprint.response(200, views.BulkPlanView)
def post_plan(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """How many clients a change would touch; a deletion wants the `confirm` of this."""
    return Answer(bulk.plan_bulk(uow, body).as_dict())


@blueprint.route("", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(bodies.BulkBody)
@blueprint.response(202, JobView)
def post_bulk(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Change the clients of a selection; what became of each is in the job's rows."""
    identity = require(CLIENTS_DELETE if body["action"] == DELETE else CLIENTS_UPDATE)
    confirm = body.pop("confirm")
    return accepted(bulk.start_bulk(uow, body, confirm, identity.permissions))
