"""Coming to the portal: by an invitation, by a password, by a mailed link; and leaving it."""

from __future__ import annotations

from typing import Any

from flask import g

from services.clients.portal.operations import accepting, links, sessions, signing_in
from services.clients.portal.operations.sessions import SignedIn
from services.clients.portal.routes.callers import visitor, visits
from services.clients.portal.schemas.signing_in import (
    PortalAcceptBody,
    PortalInvitedView,
    PortalLinkBody,
    PortalLogInBody,
    PortalSignedInView,
    invited_json,
    signed_in_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.callers import whence
from shared.http.edge import Answer, render, runtime, writes
from shared.http.lanes import PASSWORDS, in_lane
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "portal-sign-in", __name__, url_prefix="/v1/portal", description="Coming to the client portal"
)


@blueprint.route("/invitations/<string:token>", methods=["GET"])
@blueprint.response(200, PortalInvitedView)
def get_invitation(token: str) -> Any:
    """What an invitation is for; 410 `auth.link_gone` if it is no longer good."""
    return render(Answer(invited_json(accepting.look_up(runtime(), token))))


@blueprint.route("/invitations/<string:token>", methods=["POST"])
@in_lane(PASSWORDS)
@blueprint.arguments(PortalAcceptBody)
@blueprint.response(201, PortalSignedInView)
def accept_invitation(body: dict[str, Any], token: str) -> Any:
    """Accept an invitation, which is good once, and be signed in."""
    name, password = body["name"], body["password"]
    made = accepting.accept(runtime(), token, name, password, whence(), g.request_id)
    return _signed_in(made)


@blueprint.route("/sessions", methods=["POST"])
@in_lane(PASSWORDS)
@blueprint.arguments(PortalLogInBody)
@blueprint.response(201, PortalSignedInView)
def post_session(body: dict[str, Any]) -> Any:
    """Sign in by email and password. 409 `portal.several_companies` with `choices` where they are
    right for more than one company."""
    made = signing_in.sign_in(
        runtime(), body["email"], body["password"], body["access_id"], whence(), g.request_id
    )
    return _signed_in(made)


@blueprint.route("/sign-in-links", methods=["POST"])
@blueprint.arguments(PortalLinkBody)
@blueprint.response(202)
def ask_for_link(body: dict[str, Any]) -> Any:
    """Have a link sent by which one signs in. The answer is the same whether or not the address
    is a contact's."""
    links.ask_for_link(runtime(), body["email"], whence())
    return render(Answer({}, 202))


@blueprint.route("/sign-in-links/<string:token>", methods=["POST"])
@blueprint.response(201, PortalSignedInView)
def use_link(token: str) -> Any:
    """Sign in by a link, which is good for half an hour and once."""
    return _signed_in(links.sign_in(runtime(), token, whence(), g.request_id))


@blueprint.route("/sessions/current", methods=["DELETE"])
@visits()
@writes(None)
@blueprint.response(204)
def delete_session(uow: UnitOfWork) -> Answer:
    """Sign out."""
    sessions.end_session(uow, visitor())
    return Answer(None, 204)


def _signed_in(made: SignedIn) -> Any:
    return render(Answer(signed_in_json(made), 201))
