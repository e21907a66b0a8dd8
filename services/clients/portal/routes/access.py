"""Inviting contacts to the portal: the firm's side."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.portal.operations import inviting
from services.clients.portal.queries import access as queries
from services.clients.portal.schemas.access import (
    AccessList,
    AccessView,
    InviteBody,
    ScopesBody,
    access_json,
)
from services.clients.records.queries.clients import require_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.identity import current_identity
from shared.security.permissions import CLIENTS_UPDATE, CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "portal-access",
    __name__,
    url_prefix="/v1/clients/<uuid:client_id>",
    description="Who of a client may come to the portal",
)


@blueprint.route("/portal-access", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, AccessList)
def get_accesses(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """Everyone of the client who was invited, in the order they were."""
    require_client(uow.session, client_id)
    found = queries.accesses_of(uow.session, client_id)
    return Answer({"data": [access_json(each) for each in found], "next": None})


@blueprint.route("/contacts/<uuid:contact_id>/invite", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(InviteBody)
@blueprint.response(201, AccessView)
def invite_contact(
    uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID, contact_id: uuid.UUID
) -> Answer:
    """Send a contact a link to the portal, for seven days; one sent before is good no longer."""
    return _invite(uow, client_id, contact_id, body)


@blueprint.route("/contacts/primary/invite", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(InviteBody)
@blueprint.response(201, AccessView)
def invite_primary_contact(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """The same for the primary contact."""
    return _invite(uow, client_id, None, body)


def _invite(
    uow: UnitOfWork, client_id: uuid.UUID, contact_id: uuid.UUID | None, body: dict[str, Any]
) -> Answer:
    held = current_identity().permissions
    made = inviting.invite(uow, client_id, contact_id, body["scopes"], held=held)
    return Answer(access_json(made), 201)


@blueprint.route("/portal-access/<uuid:access_id>", methods=["PATCH"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(ScopesBody)
@blueprint.response(200, AccessView)
def patch_access(
    uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID, access_id: uuid.UUID
) -> Answer:
    """Share more or less with a contact, from their next request on."""
    held = current_identity().permissions
    changed = inviting.change_scopes(uow, client_id, access_id, body["scopes"], held)
    return Answer(access_json(changed))


@blueprint.route("/portal-access/<uuid:access_id>", methods=["DELETE"])
@writes(CLIENTS_UPDATE)
@blueprint.response(204)
def delete_access(uow: UnitOfWork, client_id: uuid.UUID, access_id: uuid.UUID) -> Answer:
    """Revoke an invitation or an access; every session of the contact ends at once."""
    inviting.revoke(uow, client_id, access_id)
    return Answer(None, 204)
