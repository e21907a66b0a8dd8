"""The workspace, users and API keys."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access import queries
from services.clients.access.operations import people, roles, second_factor
from services.clients.access.schemas.people import (
    ApiKeyBody,
    ApiKeyPage,
    ApiKeyView,
    UserBody,
    UserChanges,
    UserPage,
    UserView,
    WorkspaceBody,
    WorkspaceView,
    api_key_json,
    user_json,
    workspace_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, runtime, writes
from shared.http.identity import current_identity
from shared.http.lanes import PASSWORDS, in_lane
from shared.http.schemas import PageQuery
from shared.security.permissions import USERS_MANAGE, WORKSPACE_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("access", __name__, url_prefix="/v1", description="Who may do what")


@blueprint.route("/workspace", methods=["GET"])
@reads(None)
@blueprint.response(200, WorkspaceView)
def get_workspace(uow: UnitOfWork) -> Answer:
    """The workspace and its defaults."""
    workspace = queries.get_workspace(uow)
    return Answer(workspace_json(workspace), etag=workspace.version)


@blueprint.route("/workspace", methods=["PATCH"])
@writes(WORKSPACE_MANAGE)
@blueprint.arguments(WorkspaceBody)
@blueprint.response(200, WorkspaceView)
def patch_workspace(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Change the workspace's name or defaults."""
    workspace = people.update_workspace(uow, body, if_match())
    return Answer(workspace_json(workspace), etag=workspace.version)


@blueprint.route("/users", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, UserPage)
def get_users(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Everyone who may sign in to this workspace."""
    found = queries.list_users(uow, **query)
    return Answer(found.as_dict(user_json))


@blueprint.route("/users", methods=["POST"])
@in_lane(PASSWORDS)
@writes(USERS_MANAGE)
@blueprint.arguments(UserBody)
@blueprint.response(201, UserView)
def post_user(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Let someone sign in, with a role whose permissions the caller holds.

    An address that signs in to another workspace goes on doing so, and its mailbox is told.
    """
    roles.require_role(uow, body["role"], current_identity().permissions)
    time_cost = runtime().settings.argon2_time_cost
    user = people.create_user(uow, **body, time_cost=time_cost)
    return Answer(user_json(user), 201)


@blueprint.route("/users/<uuid:user_id>", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.response(200, UserView)
def get_user(uow: UnitOfWork, user_id: uuid.UUID) -> Answer:
    """One user."""
    user = queries.get_user(uow, user_id)
    return Answer(user_json(user), etag=user.version)


@blueprint.route("/users/<uuid:user_id>", methods=["PATCH"])
@writes(USERS_MANAGE)
@blueprint.arguments(UserChanges)
@blueprint.response(200, UserView)
def patch_user(uow: UnitOfWork, body: dict[str, Any], user_id: uuid.UUID) -> Answer:
    """Change a user's name or role, or whether they may sign in. Another role, and `disabled`,
    end the user's sessions within a second. The last owner stays one."""
    held = current_identity().permissions
    user = people.update_user(uow, user_id, body, if_match(), held=held)
    return Answer(user_json(user), etag=user.version)


@blueprint.route("/users/<uuid:user_id>/second-factor", methods=["DELETE"])
@writes(USERS_MANAGE)
@blueprint.response(204)
def delete_second_factor(uow: UnitOfWork, user_id: uuid.UUID) -> Answer:
    """Help somebody who has lost their authenticator and all recovery codes: from now on they
    sign in without."""
    user = queries.get_user(uow, user_id, lock=True)
    roles.require_role(uow, user.role, current_identity().permissions)
    second_factor.disable(uow, user)
    return Answer(None, 204)


@blueprint.route("/api-keys", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ApiKeyPage)
def get_api_keys(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's API keys; tokens are never shown again."""
    found = queries.list_api_keys(uow, **query)
    return Answer(found.as_dict(api_key_json))


@blueprint.route("/api-keys", methods=["POST"])
@writes(USERS_MANAGE)
@blueprint.arguments(ApiKeyBody)
@blueprint.response(201, ApiKeyView)
def post_api_key(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Make a key for a program; the answer holds its token, once."""
    key, token = people.create_api_key(uow, **body, held=current_identity().permissions)
    return Answer({**api_key_json(key), "token": token}, 201)


@blueprint.route("/api-keys/<uuid:key_id>", methods=["DELETE"])
@writes(USERS_MANAGE)
@blueprint.response(204)
def delete_api_key(uow: UnitOfWork, key_id: uuid.UUID) -> Answer:
    """Revoke a key that holds nothing beyond the caller's own; it stops within a second."""
    people.revoke_api_key(uow, key_id, held=current_identity().permissions)
    return Answer(None, 204)
