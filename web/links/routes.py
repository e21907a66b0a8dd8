"""A forgotten password, a new one, accepting an invitation, and ending mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Gone, Invalid, Refused
from shared.http.lanes import PASSWORDS, in_lane
from web.shell import forms, pages, refusals, session
from web.shell.callers import access
from web.shell.texts import gettext

blueprint = Blueprint("links", __name__)


@blueprint.get("/forgotten-password")
def show_forgotten() -> Response:
    """Asks for the address that a link is sent to."""
    return pages.show("links/forgotten.html", email="", problem="", is_sent=False)


@blueprint.post("/forgotten-password")
def send_link() -> Response:
    """Says the same whether or not the address is a user's."""
    email, problem = request.form.get("email", "").strip(), ""
    try:
        access().ask_for_reset(email)
    except Refused as error:
        if error.status >= 500:
            raise
        problem = refusals.sentence(error)
    return pages.show(
        "links/forgotten.html",
        email=email,
        problem=problem,
        is_sent=not problem,
        code=422 if problem else 200,
    )


@blueprint.get("/reset-password/<token>")
def show_reset(token: str) -> Response:
    """Asks for the new password."""
    return pages.show("links/reset.html", token=token, problem="")


@blueprint.post("/reset-password/<token>")
@in_lane(PASSWORDS)
def reset_password(token: str) -> Answer:
    """Takes the new password, then on to signing in."""
    try:
        access().reset_password(token, request.form.get("password", ""))
    except Gone:
        return pages.show("links/gone.html", code=410)
    except Invalid as error:
        return pages.show(
            "links/reset.html", token=token, problem=refusals.sentence(error), code=422
        )
    session.notice("good", gettext("Your password is changed. Sign in with the new one."))
    return pages.go(url_for("sign_in.show_sign_in"))


@blueprint.get("/invitation/<token>")
def show_invitation(token: str) -> Response:
    """What one is invited to; asks for a name and a password."""
    try:
        return _invitation(token)
    except Gone:
        return pages.show("links/gone.html", code=410)


@blueprint.post("/invitation/<token>")
@in_lane(PASSWORDS)
def accept_invitation(token: str) -> Answer:
    """Becomes a user, then on to signing in."""
    name = request.form.get("name", "").strip()
    try:
        access().accept_invitation(token, name, request.form.get("password", ""))
    except Gone:
        return pages.show("links/gone.html", code=410)
    except (Conflict, Invalid) as error:
        return _invitation(token, name, refusals.sentence(error), 422)
    session.notice("good", gettext("Welcome. Sign in with the password that you have chosen."))
    return pages.go(url_for("sign_in.show_sign_in"))


def _invitation(token: str, name: str = "", problem: str = "", status: int = 200) -> Response:
    return pages.show(
        "links/invitation.html",
        invited=access().invitation(token),
        token=token,
        name=name,
        problem=problem,
        code=status,
    )


@blueprint.get("/unsubscribe/<token>")
def show_stop(token: str) -> Response:
    """Asks whether mail is to end: a look at a link must not end it."""
    return _stop(token, access().mail_stop)


@blueprint.post("/unsubscribe/<token>")
@forms.proves_itself
def stop_mail(token: str) -> Response:
    """Ends it, by the button or by the one click of a mail program (RFC 8058), which has no
    session: the link itself is the proof."""
    return _stop(token, access().stop_mail)


def _stop(token: str, ask: Callable[[str], dict[str, Any]]) -> Response:
    try:
        return pages.show("links/unsubscribe.html", stop=ask(token), token=token)
    except Gone:
        return pages.show("links/no_stop.html", code=410)
