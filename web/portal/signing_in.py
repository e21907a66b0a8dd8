"""Coming to the portal and leaving it: invitation, password, mailed link."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import ClienteleError, Conflict, Gone, Invalid, Refused
from shared.http.lanes import PASSWORDS, in_lane
from web.shell import pages, refusals, session
from web.shell.callers import portal
from web.shell.texts import gettext, ngettext

blueprint = Blueprint("portal_sign_in", __name__, url_prefix="/portal")


@blueprint.get("/sign-in")
def show_sign_in() -> Response:
    """Asks for email and password, or for the address that a link is sent to."""
    return _form()


@blueprint.post("/sign-in")
@in_lane(PASSWORDS)
def sign_in() -> Answer:
    """Begin a session, for the company that was chosen where there are several."""
    given = request.form
    email, password = given.get("email", "").strip(), given.get("password", "")
    try:
        found = portal().sign_in(email, password, given.get("access_id"))
    except Conflict as error:
        return _form(email, choices=error.problem.get("choices", []), status=409)
    except Refused as error:
        if error.status >= 500:
            raise
        return _form(email, _why(error), status=422)
    return _begin(found)


@blueprint.post("/sign-in/link")
def send_link() -> Response:
    """Says the same whether or not the address is a contact's."""
    email = request.form.get("email", "").strip()
    try:
        portal().ask_for_link(email)
    except Refused as error:
        if error.status >= 500:
            raise
        return _form(email, _why(error), status=422)
    return pages.show("portal/link_sent.html", email=email)


@blueprint.get("/link/<token>")
def show_link(token: str) -> Response:
    """A button: what only looks at links in mail must not use one up."""
    return pages.show("portal/link.html", token=token)


@blueprint.post("/link/<token>")
def use_link(token: str) -> Answer:
    """Begin a session by a mailed link."""
    try:
        return _begin(portal().use_link(token))
    except Gone:
        return _gone()


@blueprint.get("/invitation/<token>")
def show_invitation(token: str) -> Response:
    """What one is invited to; asks for a name, and a password if one likes."""
    try:
        return _invitation(token)
    except Gone:
        return _gone()


@blueprint.post("/invitation/<token>")
@in_lane(PASSWORDS)
def accept_invitation(token: str) -> Answer:
    """Accept, and be signed in."""
    name, password = request.form.get("name", "").strip(), request.form.get("password") or None
    try:
        return _begin(portal().accept(token, name, password))
    except Gone:
        return _gone()
    except Invalid as error:
        return _invitation(token, name, refusals.sentence(error), 422)


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    """End the session, at the API too; where that is away, it ends by itself in time."""
    with suppress(ClienteleError):
        portal().sign_out()
    session.end()
    session.notice("good", gettext("You are signed out."))
    return pages.go(url_for("portal_sign_in.show_sign_in"))


def _begin(found: dict[str, Any]) -> Answer:
    session.begin(found["token"])
    return pages.go(_own_page(request.form.get("next")))


def _own_page(path: str | None) -> str:
    """A page of the portal; what could lead elsewhere leads to its beginning."""
    home = url_for("portal.show_overview")
    return path.rstrip("?") if path and path.startswith(f"{home}/") else home


def _form(
    email: str = "", problem: str = "", *, choices: list[Any] | None = None, status: int = 200
) -> Response:
    return pages.show(
        "portal/sign_in.html",
        email=email,
        problem=problem,
        choices=choices or [],
        back=request.values.get("next", ""),
        code=status,
    )


def _invitation(token: str, name: str = "", problem: str = "", status: int = 200) -> Response:
    invited = portal().invitation(token)
    return pages.show(
        "portal/invitation.html",
        invited=invited,
        token=token,
        name=name or invited["name"],
        problem=problem,
        code=status,
    )


def _gone() -> Response:
    return pages.show("portal/gone.html", code=410)


def _why(error: Refused) -> str:
    if error.status == 429:
        return ngettext(
            "Too many tries. Try again in %(num)s second.",
            "Too many tries. Try again in %(num)s seconds.",
            int(error.retry_after or 1),
        )
    if error.status == 422:
        return refusals.sentence(error)
    return gettext("Check the email and password.")
