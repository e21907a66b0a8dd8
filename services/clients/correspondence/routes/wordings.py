"""How the workspace words its mail to clients."""

from __future__ import annotations

from typing import Any

from services.clients.correspondence.operations import wordings
from services.clients.correspondence.schemas import bodies, views
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.security.permissions import WORKSPACE_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "mail-wordings", __name__, url_prefix="/v1/mail-wordings", description="What mail says"
)


@blueprint.route("", methods=["GET"])
@reads(WORKSPACE_MANAGE)
@blueprint.response(200, views.WordingList)
def get_wordings(uow: UnitOfWork) -> Answer:
    """Every kind of mail to clients as it is worded now, with the words that it may name."""
    return Answer({"data": [views.wording_json(each) for each in wordings.list_wordings(uow)]})


@blueprint.route("/<string:kind>", methods=["PUT"])
@writes(WORKSPACE_MANAGE)
@blueprint.arguments(bodies.WordingBody)
@blueprint.response(200, views.WordingView)
def put_wording(uow: UnitOfWork, body: dict[str, Any], kind: str) -> Answer:
    """Word a kind; 422 names every word in braces that it does not have."""
    worded = wordings.set_wording(uow, kind, body["subject"], body["text"])
    return Answer(views.wording_json(worded))


@blueprint.route("/<string:kind>", methods=["DELETE"])
@writes(WORKSPACE_MANAGE)
@blueprint.response(200, views.WordingView)
def delete_wording(uow: UnitOfWork, kind: str) -> Answer:
    """Word a kind as it is by itself."""
    return Answer(views.wording_json(wordings.reset_wording(uow, kind)))


@blueprint.route("/<string:kind>/preview", methods=["POST"])
@reads(WORKSPACE_MANAGE)
@blueprint.arguments(bodies.MailPreviewBody)
@blueprint.response(200, views.MailPreviewView)
def preview_wording(uow: UnitOfWork, body: dict[str, Any], kind: str) -> Answer:
    """How a wording would read, with examples in the places of words; nothing is kept or sent."""
    return Answer(views.preview_json(wordings.preview(uow, kind, body["subject"], body["text"])))
