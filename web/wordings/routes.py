"""What each kind of mail to clients says, in the firm's own words."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.shapes import Wording
from shared.security.permissions import WORKSPACE_MANAGE
from web.shell import callers, pages, refusals, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("wordings", __name__, url_prefix="/workspace/mail")
blueprint.before_request(lambda: callers.require(WORKSPACE_MANAGE))


@blueprint.get("")
def list_wordings() -> Response:
    """Every kind, and whether the firm has worded it."""
    return pages.show("wordings/list.html", wordings=api().correspondence.wordings())


@blueprint.get("/<kind>")
def show_wording(kind: str) -> Response:
    """One kind to be worded, and how it reads."""
    found = _wording(kind)
    return _form(found, {"subject": found["subject"], "text": found["text"]})


@blueprint.post("/<kind>")
def word(kind: str) -> Answer:
    """Look at it, save it, or have it as it is by itself."""
    found = _wording(kind)
    if request.form.get("do") == "reset":
        api().correspondence.word_as_before(kind)
        return _done(gettext("It says again what it says by itself."))
    typed = _typed()
    try:
        if request.form.get("do") == "look":
            return _form(found, typed)
        api().correspondence.word(kind, typed)
    except Refused as error:
        return _form(found, typed, refusals.by_field(error))
    return _done(gettext("Saved: mail that is written from now on says this."))


def _wording(kind: str) -> Wording:
    found = next((each for each in api().correspondence.wordings() if each["kind"] == kind), None)
    return found or abort(404)


def _typed() -> dict[str, str]:
    text = request.form.get("text", "").replace("\r\n", "\n")
    return {"subject": request.form.get("subject", "").strip(), "text": text.strip()}


def _form(
    wording: Wording, values: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    """The form with what it would come to, where it can come to something."""
    reads = None if errors else api().correspondence.preview(wording["kind"], values)
    return pages.show(
        "wordings/wording.html",
        wording=wording,
        values=values,
        errors=errors or {},
        reads=reads,
        code=422 if errors else 200,
    )


def _done(text: str) -> Answer:
    session.notice("good", text)
    return pages.go(url_for("wordings.list_wordings"))
