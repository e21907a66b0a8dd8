"""What is done by a link that came by mail, before anyone is known."""

from __future__ import annotations

from typing import Any

from flask import g

from services.clients.access.operations import invitations, resets
from services.clients.access.schemas.links import (
    AcceptBody,
    AskBody,
    InvitedView,
    ResetBody,
    invited_json,
)
from services.clients.access.schemas.people import UserView, user_json
from shared.http.blueprint import ApiBlueprint
from shared.http.callers import whence
from shared.http.edge import Answer, render, runtime
from shared.http.lanes import PASSWORDS, in_lane

blueprint = ApiBlueprint("links", __name__, url_prefix="/v1/auth", description="Links in mail")


@blueprint.route("/password-resets", methods=["POST"])
@blueprint.arguments(AskBody)
@blueprint.response(202)
def ask_for_reset(body: dict[str, Any]) -> Any:
    """Have a link sent by which one chooses a new password. The answer is the same whether or
    not the address is a user's."""
    resets.ask_for_reset(runtime(), body["email"], whence())
    return render(Answer({}, 202))


@blueprint.route("/password-resets/<string:token>", methods=["POST"])
@in_lane(PASSWORDS)
@blueprint.arguments(ResetBody)
@blueprint.response(204)
def reset_password(body: dict[str, Any], token: str) -> Any:
    """Choose a new password by a link, which is good for an hour and once; all sessions end."""
    resets.reset_password(runtime(), token, body["password"], whence(), g.request_id)
    return render(Answer(None, 204))


@blueprint.route("/invitations/<string:token>", methods=["GET"])
@blueprint.response(200, InvitedView)
def get_invitation(token: str) -> Any:
    """What an invitation is for; 410 `auth.link_gone` if it is no longer good."""
    return render(Answer(invited_json(invitations.look_up(runtime(), token))))


@blueprint.route("/invitations/<string:token>", methods=["POST"])
@in_lane(PASSWORDS)
@blueprint.arguments(AcceptBody)
@blueprint.response(201, UserView)
def accept_invitation(body: dict[str, Any], token: str) -> Any:
    """Become a user by an invitation, which is good once; then sign in."""
    user = invitations.accept(runtime(), token, body["name"], body["password"], g.request_id)
    return render(Answer(user_json(user), 201))
