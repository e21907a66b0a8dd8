"""Who is asking, where they are signed in, and their password."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access import queries
from services.clients.access.errors import PeopleOnly
from services.clients.access.models import User
from services.clients.access.operations import passwords, sessions
from services.clients.access.schemas.people import MeView, workspace_json
from services.clients.access.schemas.signing_in import PasswordBody, SessionList, session_json
from shared.http.blueprint import ApiBlueprint
from shared.http.callers import whence
from shared.http.edge import Answer, reads, runtime, writes
from shared.http.identity import bearer_token, current_identity
from shared.http.lanes import PASSWORDS, in_lane
from shared.http.steps import Begin, steps
from shared.security.permissions import INSTALLATION_VIEW
from shared.security.secrets import token_hash
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("me", __name__, url_prefix="/v1/me", description="One's own access")


def own_id() -> uuid.UUID:
    """The id of the user who asks; raises `PeopleOnly` for a key."""
    actor = current_identity().actor
    if actor.kind != "user" or actor.id is None:
        raise PeopleOnly("An API key has neither password nor session.")
    return uuid.UUID(actor.id)


def signed_in_user(uow: UnitOfWork) -> User:
    """The user who asks; raises `PeopleOnly` for a key."""
    return queries.get_user(uow, own_id())


@blueprint.route("", methods=["GET"])
@reads(None)
@blueprint.response(200, MeView)
def get_me(uow: UnitOfWork) -> Answer:
    """Who is asking, in which workspace, with which permissions; `installation.view` is held by
    those who run the installation, whatever their role."""
    identity = current_identity()
    runs_it = queries.is_operator(uow, identity.actor, runtime().settings.operator_addresses)
    held = identity.permissions | ({INSTALLATION_VIEW} if runs_it else frozenset())
    return Answer(
        {
            "actor": identity.actor.as_dict(),
            "workspace": workspace_json(queries.get_workspace(uow)),
            "permissions": sorted(held),
        }
    )


@blueprint.route("/sessions", methods=["GET"])
@reads(None)
@blueprint.response(200, SessionList)
def get_sessions(uow: UnitOfWork) -> Answer:
    """Where the caller is signed in, the latest used first."""
    mine, by = queries.sessions_of(uow, own_id()), token_hash(bearer_token())
    return Answer({"data": [session_json(session, by) for session in mine]})


@blueprint.route("/sessions", methods=["DELETE"])
@writes(None)
@blueprint.response(204)
def delete_other_sessions(uow: UnitOfWork) -> Answer:
    """Sign out everywhere else."""
    by = token_hash(bearer_token())
    sessions.end_sessions(uow, signed_in_user(uow), "ended", but=by)
    return Answer(None, 204)


@blueprint.route("/sessions/<uuid:session_id>", methods=["DELETE"])
@writes(None)
@blueprint.response(204)
def delete_session(uow: UnitOfWork, session_id: uuid.UUID) -> Answer:
    """Sign out in one place; its token stops working within a second."""
    sessions.end_session(uow, signed_in_user(uow), session_id)
    return Answer(None, 204)


@blueprint.route("/password", methods=["PUT"])
@in_lane(PASSWORDS)
@steps(None)
@blueprint.arguments(PasswordBody)
@blueprint.response(204)
def put_password(begin: Begin, body: dict[str, Any]) -> Answer:
    """Change the password, by giving the present one; every other session ends."""
    by = token_hash(bearer_token())
    passwords.change_password(
        runtime(), begin, own_id(), body["password"], body["new_password"], whence(), by
    )
    return Answer(None, 204)
