"""Signing in and out, and the session that a request came by."""

from __future__ import annotations

from typing import Any

from flask import g

from services.clients.access.operations import sessions, signing_in
from services.clients.access.operations.sessions import Lifetime
from services.clients.access.operations.signing_in import LogIn, SignedIn
from services.clients.access.routes.me import signed_in_user
from services.clients.access.schemas.signing_in import (
    LogInBody,
    LogInView,
    SignedInView,
    signed_in_json,
)
from shared.clock import now
from shared.http.blueprint import ApiBlueprint
from shared.http.callers import whence
from shared.http.edge import Answer, render, runtime, writes
from shared.http.identity import bearer_token
from shared.http.lanes import PASSWORDS, in_lane
from shared.security.secrets import token_hash
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("auth", __name__, url_prefix="/v1/auth", description="Signing in")


@blueprint.route("/token", methods=["POST"])
@in_lane(PASSWORDS)
@blueprint.arguments(LogInBody)
@blueprint.response(200, LogInView)
def post_token(body: dict[str, Any]) -> Any:
    """Exchange email and password for a bearer token that lives for twelve hours."""
    made = _sign_in(body, sessions.ACCESS_TOKEN)
    seconds = round((made.expires_at - now()).total_seconds())
    return render(
        Answer({"access_token": made.token, "token_type": "Bearer", "expires_in": seconds})
    )


@blueprint.route("/sessions", methods=["POST"])
@in_lane(PASSWORDS)
@blueprint.arguments(LogInBody)
@blueprint.response(201, SignedInView)
def post_session(body: dict[str, Any]) -> Any:
    """Sign in to stay: a session goes on while it is used. Its token is a bearer token."""
    made = _sign_in(body, sessions.session_lifetime(runtime().settings))
    return render(Answer(signed_in_json(made), 201))


@blueprint.route("/sessions/current/rotate", methods=["POST"])
@writes(None)
@blueprint.response(200, SignedInView)
def rotate_session(uow: UnitOfWork) -> Answer:
    """Another token for this session; the one before is good for some seconds more."""
    session, token = sessions.rotate_session(uow, token_hash(bearer_token()))
    return Answer(signed_in_json(SignedIn(token, session.idle_until, session.expires_at)))


@blueprint.route("/sessions/current", methods=["DELETE"])
@writes(None)
@blueprint.response(204)
def delete_session(uow: UnitOfWork) -> Answer:
    """Sign out; the token stops working within a second."""
    sessions.sign_out(uow, signed_in_user(uow), token_hash(bearer_token()))
    return Answer(None, 204)


@blueprint.route("/token", methods=["DELETE"])
@writes(None)
@blueprint.response(204)
def delete_token(uow: UnitOfWork) -> Answer:
    """The same for a token of `POST /v1/auth/token`."""
    sessions.sign_out(uow, signed_in_user(uow), token_hash(bearer_token()))
    return Answer(None, 204)


def _sign_in(body: dict[str, Any], lifetime: Lifetime) -> SignedIn:
    given = LogIn(body["email"], body["password"], body.get("code"))
    return signing_in.sign_in(runtime(), given, whence(), lifetime, g.request_id)
