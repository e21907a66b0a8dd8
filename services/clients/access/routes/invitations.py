"""Inviting people to the workspace."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access import queries
from services.clients.access.operations import invitations
from services.clients.access.schemas.links import (
    InvitationBody,
    InvitationPage,
    InvitationView,
    invitation_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, runtime, writes
from shared.http.identity import current_identity
from shared.http.schemas import PageQuery
from shared.security.permissions import USERS_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "invitations", __name__, url_prefix="/v1/users/invitations", description="Inviting people"
)


@blueprint.route("", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, InvitationPage)
def get_invitations(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Who was invited, the latest first."""
    return Answer(queries.list_invitations(uow, **query).as_dict(invitation_json))


@blueprint.route("", methods=["POST"])
@writes(USERS_MANAGE)
@blueprint.arguments(InvitationBody)
@blueprint.response(201, InvitationView)
def post_invitation(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Send somebody a link by which they choose a password and become a user, for seven days."""
    held, web_url = current_identity().permissions, runtime().settings.web_url
    made = invitations.invite(uow, **body, held=held, web_url=web_url)
    return Answer(invitation_json(made), 201)


@blueprint.route("/<uuid:invitation_id>/resend", methods=["POST"])
@writes(USERS_MANAGE)
@blueprint.response(200, InvitationView)
def resend_invitation(uow: UnitOfWork, invitation_id: uuid.UUID) -> Answer:
    """Send another link, for seven days more; the one before is good no longer."""
    held, web_url = current_identity().permissions, runtime().settings.web_url
    sent = invitations.resend(uow, invitation_id, held=held, web_url=web_url)
    return Answer(invitation_json(sent))


@blueprint.route("/<uuid:invitation_id>", methods=["DELETE"])
@writes(USERS_MANAGE)
@blueprint.response(204)
def delete_invitation(uow: UnitOfWork, invitation_id: uuid.UUID) -> Answer:
    """Revoke an invitation."""
    invitations.revoke(uow, invitation_id)
    return Answer(None, 204)
