"""Signing in and out, the way home, and the colours that a reader has chosen."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from web.shell import callers, pages, session
from web.shell.texts import gettext

blueprint = Blueprint("sign_in", __name__)
_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/")
def show_home() -> Answer:
    """To the clients; whoever is not signed in is led on from there."""
    return pages.go("/clients")


@blueprint.get("/sign-in")
def show_sign_in() -> Response:
    """The form, which leads back to where one came from."""
    return _form()


@blueprint.post("/sign-in")
def sign_in() -> Answer:
    """Begin a session."""
    email = request.form.get("email", "").strip()
    try:
        found = callers.sign_in(email, request.form.get("password", ""))
    except Refused as error:
        if error.status >= 500:
            raise
        return _form(email, _why(error), 422)
    session.begin(found["access_token"])
    return pages.go(_own_page(request.form.get("next")))


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    """End the session."""
    session.end()
    session.notice("good", gettext("You are signed out."))
    return pages.go(url_for("sign_in.show_sign_in"))


@blueprint.post("/theme")
def choose_theme() -> Answer:
    """Light, dark, or as the system has it; kept in this browser."""
    answer = pages.go(_own_page(request.form.get("next")))
    chosen = request.form.get("theme", "")
    if chosen in pages.THEMES:
        answer.set_cookie(pages.THEME_COOKIE, chosen, _YEAR_SECONDS, httponly=True, samesite="Lax")
    return answer


def _form(email: str = "", problem: str = "", status: int = 200) -> Response:
    back = request.values.get("next", "")
    return pages.show("sign_in/sign_in.html", email=email, problem=problem, back=back, code=status)


def _why(error: Refused) -> str:
    if error.status == 429:
        return gettext("Too many tries. Wait a few minutes, then try again.")
    return gettext("Check the email and password.")


def _own_page(path: str | None) -> str:
    """A page of this site; what could lead elsewhere leads home."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")):
        return path.rstrip("?")
    return url_for("sign_in.show_home")
