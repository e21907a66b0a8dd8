"""Signing in and out, the way home, and the colours that a reader has chosen."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import ClienteleError, Refused
from shared.http.lanes import PASSWORDS, in_lane
from web.shell import callers, forms, keeping, pages, session
from web.shell.texts import gettext, ngettext

blueprint = Blueprint("sign_in", __name__)
_OF_CODES = frozenset({"auth.second_factor_required", "auth.second_factor_wrong"})


@blueprint.get("/")
def show_home() -> Answer:
    """To the clients; whoever is not signed in is led on from there."""
    return pages.go("/clients")


@blueprint.get("/sign-in")
def show_sign_in() -> Response:
    """The form, which leads back to where one came from."""
    return _form()


@blueprint.post("/sign-in")
@in_lane(PASSWORDS)
def sign_in() -> Answer:
    """Begin a session."""
    given = request.form
    email, password = given.get("email", "").strip(), given.get("password", "")
    try:
        found = callers.access().sign_in(email, password, given.get("code"))
    except Refused as error:
        if error.status >= 500:
            raise
        return _form(email, _why(error), 422, wants_code=error.code in _OF_CODES)
    session.begin(found["token"])
    return _onward()


def _onward() -> Answer:
    """Where one wanted to go; a form that was kept is offered to be sent; to the dialog of an
    open page, the proof that its forms have from now on."""
    if pages.is_piece():
        return Response(status=204, headers={"X-Form-Token": forms.token()})
    if kept := keeping.of_field():
        return pages.show("sign_in/again.html", kept=kept)
    return pages.go(_own_page(request.form.get("next")))


@blueprint.post("/sign-out")
def sign_out() -> Answer:
    """End the session, at the API too; where that is away, it ends by itself in time."""
    with suppress(ClienteleError):
        callers.access().sign_out()
    session.end()
    session.notice("good", gettext("You are signed out."))
    return pages.go(url_for("sign_in.show_sign_in"))


@blueprint.post("/theme")
def choose_theme() -> Answer:
    """Light, dark, or as the system has it; kept in this browser."""
    answer = pages.go(_own_page(request.form.get("next")))
    chosen = request.form.get("theme", "")
    if chosen in pages.THEMES:
        pages.remember(answer, pages.THEME_COOKIE, chosen)
    return answer


@blueprint.post("/keys")
def choose_keys() -> Answer:
    """Whether single keys do something; kept in this browser."""
    answer = pages.go(_own_page(request.form.get("next")))
    chosen = "off" if request.form.get("keys") == "off" else "on"
    pages.remember(answer, pages.KEYS_COOKIE, chosen)
    return answer


def _form(
    email: str = "", problem: str = "", status: int = 200, *, wants_code: bool = False
) -> Response:
    back = request.values.get("next", "")
    return pages.show(
        "sign_in/sign_in.html",
        "sign_in/dialog.html",
        email=email,
        problem=problem,
        back=back,
        kept=keeping.of_field(),
        wants_code=wants_code,
        code=status,
    )


def _why(error: Refused) -> str:
    if error.status == 429:
        seconds = int(error.retry_after or 1)
        return ngettext(
            "Too many tries. Try again in %(num)s second.",
            "Too many tries. Try again in %(num)s seconds.",
            seconds,
        )
    if error.code == "auth.second_factor_required":
        return gettext("Enter the password once more, and the code that your authenticator shows.")
    if error.code == "auth.second_factor_wrong":
        return gettext("The code is wrong or was used already. Wait for the next one.")
    return gettext("Check the email and password.")


def _own_page(path: str | None) -> str:
    """A page of this site; what could lead elsewhere leads home."""
    return pages.own(path, url_for("sign_in.show_home"))
