"""People and invitations, for those who manage users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from web.shell import pages, refusals, session
from web.shell.callers import access
from web.shell.texts import gettext

blueprint = Blueprint("people", __name__, url_prefix="/workspace/people")


@blueprint.get("")
def list_people() -> Response:
    """Who may sign in, and who was invited."""
    return _people()


@blueprint.post("/invitations")
def invite() -> Answer:
    """Send somebody a link by which they become a user."""
    email, role = request.form.get("email", "").strip(), request.form.get("role", "")
    return _done(
        lambda: access().invite(email, role),
        gettext("The invitation is on its way to %(email)s.", email=email),
    )


@blueprint.post("/invitations/<uuid:invitation_id>/resend")
def resend(invitation_id: Any) -> Answer:
    """Send another link in the place of the one before."""
    return _done(lambda: access().resend_invitation(str(invitation_id)), gettext("Sent once more."))


@blueprint.post("/invitations/<uuid:invitation_id>/revoke")
def revoke(invitation_id: Any) -> Answer:
    """The link is good no longer."""
    return _done(
        lambda: access().revoke_invitation(str(invitation_id)), gettext("The link is good no more.")
    )


@blueprint.post("/<uuid:user_id>")
def change(user_id: Any) -> Answer:
    """Another role, no longer able to sign in, or able again, or without a code."""
    given = request.form
    if "second_factor" in given:
        said = gettext("They sign in without a code from now on.")
        return _done(lambda: access().end_second_factor(str(user_id)), said)
    changes: dict[str, Any] = {"role": given["role"]} if "role" in given else {}
    if "disabled" in given:
        changes["disabled"] = given["disabled"] == "yes"
    return _done(lambda: access().change_user(str(user_id), changes), gettext("Changed."))


def _done(carry_out: Callable[[], Any], text: str) -> Answer:
    try:
        carry_out()
    except Refused as error:
        return _people(" ".join(refusals.by_field(error).values()), 422)
    session.notice("good", text)
    return pages.go(url_for("people.list_people"))


def _people(problem: str = "", status: int = 200) -> Response:
    by = access()
    return pages.show(
        "people/list.html",
        users=by.users(),
        invitations=[one for one in by.invitations() if one["state"] in {"pending", "expired"}],
        roles={role["id"]: role["name"] for role in by.roles()},
        problem=problem,
        email=request.form.get("email", ""),
        code=status,
    )
