"""One's own account; what is secret is shown once, in the answer to the form that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import segno
from flask import Blueprint, Response, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, NotFound, Refused, Unauthenticated
from shared.http.lanes import PASSWORDS, in_lane
from web.shell import pages, refusals, session
from web.shell.callers import access
from web.shell.texts import gettext

blueprint = Blueprint("profile", __name__, url_prefix="/account")


@blueprint.get("")
def show_profile() -> Response:
    """Password, second factor, sessions."""
    return _profile()


@blueprint.post("/password")
@in_lane(PASSWORDS)
def change_password() -> Answer:
    """Change the password; every other session ends."""
    given = request.form
    return _done(
        lambda: access().change_password(given.get("password", ""), given.get("new_password", "")),
        gettext("Your password is changed, and you are signed out everywhere else."),
        of="password",
    )


@blueprint.post("/second-factor")
@in_lane(PASSWORDS)
def begin_second_factor() -> Answer:
    """Show the secret of an authenticator, as a QR code and to be typed in."""
    try:
        made = access().enrol_second_factor(request.form.get("password", ""))
    except Refused as error:
        return _refused(error, "enrol")
    return _enrolment(made["secret"], made["uri"])


@blueprint.post("/second-factor/confirm")
def confirm_second_factor() -> Answer:
    """Have codes asked for from now on; the recovery codes are shown now and never again."""
    given = request.form
    try:
        codes = access().confirm_second_factor(given.get("code", ""))
    except Unauthenticated as error:
        if error.code != "auth.second_factor_wrong":
            raise
        problem = gettext("The code is wrong. Take the one that is shown now.")
        return _enrolment(given.get("secret", ""), given.get("uri", ""), problem)
    except Conflict as error:
        return _refused(error, "enrol")
    return pages.show("profile/codes.html", codes=codes)


@blueprint.post("/second-factor/disable")
@in_lane(PASSWORDS)
def disable_second_factor() -> Answer:
    """Be asked for codes no more."""
    return _done(
        lambda: access().disable_second_factor(request.form.get("password", "")),
        gettext("You sign in without codes from now on."),
        of="disable",
    )


@blueprint.post("/sessions/<uuid:session_id>/end")
def end_session(session_id: Any) -> Answer:
    """Sign out in one place; one that has ended meanwhile is as good."""

    def end() -> None:
        try:
            access().end_session(str(session_id))
        except NotFound:
            return

    return _done(end, gettext("Signed out there."), of="sessions")


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> Answer:
    """Sign out everywhere else."""
    return _done(access().end_other_sessions, gettext("Signed out everywhere else."), of="sessions")


def _done(carry_out: Callable[[], None], text: str, *, of: str) -> Answer:
    try:
        carry_out()
    except Refused as error:
        return _refused(error, of)
    session.notice("good", text)
    return pages.go(url_for("profile.show_profile"))


def _refused(error: Refused, of: str) -> Response:
    if isinstance(error, Unauthenticated) or error.status >= 500:
        raise error
    return _profile({of: _sentence(error)}, 422)


def _sentence(error: Refused) -> str:
    if error.code == "auth.wrong_password":
        return gettext("The present password is wrong.")
    return refusals.sentence(error)


def _profile(problems: Mapping[str, str] | None = None, status: int = 200) -> Response:
    by = access()
    return pages.show(
        "profile/profile.html",
        problems=problems or {},
        sessions=by.sessions(),
        factor=by.second_factor(),
        code=status,
    )


def _enrolment(secret: str, uri: str, problem: str = "") -> Response:
    picture = segno.make(uri, error="m").svg_inline(scale=5, border=3, light="#fff")
    values = {"secret": secret, "uri": uri, "picture": Markup(picture)}  # noqa: S704  # Ours.
    return pages.show(
        "profile/enrolment.html", problem=problem, code=422 if problem else 200, **values
    )
