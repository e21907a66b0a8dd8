"""Roles: the four, and the workspace's own."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access.models import Role
from services.clients.access.operations import roles
from services.clients.access.schemas.roles import (
    RoleBody,
    RoleChanges,
    RolesView,
    RoleView,
    built_in_json,
    role_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.http.identity import current_identity
from shared.security.permissions import ROLES, USERS_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("roles", __name__, url_prefix="/v1/roles", description="Roles")


@blueprint.route("", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.response(200, RolesView)
def get_roles(uow: UnitOfWork) -> Answer:
    """Every role, what it grants, and how many have it."""
    count = roles.users_by_role(uow)
    built_in = [built_in_json(name, count.get(name, 0)) for name in ROLES]
    own = [role_json(role, count.get(str(role.id), 0)) for role in roles.list_roles(uow)]
    return Answer({"data": built_in + own})


@blueprint.route("", methods=["POST"])
@writes(USERS_MANAGE)
@blueprint.arguments(RoleBody)
@blueprint.response(201, RoleView)
def post_role(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Make a role of what the caller may do; a workspace has up to fifty of its own."""
    role = roles.create_role(uow, **body, held=current_identity().permissions)
    return _answer(uow, role, 201)


@blueprint.route("/<uuid:role_id>", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.response(200, RoleView)
def get_role(uow: UnitOfWork, role_id: uuid.UUID) -> Answer:
    """One of the workspace's own roles."""
    return _answer(uow, roles.get_role(uow, role_id))


@blueprint.route("/<uuid:role_id>", methods=["PATCH"])
@writes(USERS_MANAGE)
@blueprint.arguments(RoleChanges)
@blueprint.response(200, RoleView)
def patch_role(uow: UnitOfWork, body: dict[str, Any], role_id: uuid.UUID) -> Answer:
    """Change a role's name, or what whoever has it may do, within a second."""
    held = current_identity().permissions
    return _answer(uow, roles.update_role(uow, role_id, body, if_match(), held=held))


@blueprint.route("/<uuid:role_id>", methods=["DELETE"])
@writes(USERS_MANAGE)
@blueprint.response(204)
def delete_role(uow: UnitOfWork, role_id: uuid.UUID) -> Answer:
    """Delete a role that nobody has."""
    roles.delete_role(uow, role_id, held=current_identity().permissions)
    return Answer(None, 204)


def _answer(uow: UnitOfWork, role: Role, status: int = 200) -> Answer:
    users = roles.users_by_role(uow).get(str(role.id), 0)
    return Answer(role_json(role, users), status, etag=role.version)
