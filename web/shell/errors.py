"""Pages for what goes wrong: what did not happen, why, what to do, and the request id last."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from flask import Flask, Response, g, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import (
    ClienteleError,
    NotAllowed,
    NotFound,
    Refused,
    Unauthenticated,
    Unreachable,
)
from shared.http.paths import told_path
from shared.logging import get_logger
from web.settings import WebSettings
from web.shell import callers, keeping, pages, rights, session
from web.shell.texts import gettext

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What a page says of an error."""

    status: int
    icon: str
    title: str
    text: str


def prepare(app: Flask, settings: WebSettings) -> None:
    """Answer everything that goes wrong with a page of its own."""
    app.register_error_handler(Unauthenticated, _sign_in_first)
    app.register_error_handler(Refused, lambda error: _show(_of_refusal(error)))
    app.register_error_handler(Unreachable, lambda _: _show(_away()))
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_defect)


def _sign_in_first(_: Unauthenticated) -> Answer:
    """To the sign-in page and back; a form that was sent comes along."""
    session.lapse()
    if session.is_portal():
        return _to_the_portals_door()
    if pages.is_piece():
        return _ask(None)
    if kept := keeping.of_request():
        return _ask(kept)
    if request.method == "GET":
        return pages.go(url_for("sign_in.show_sign_in", next=request.full_path.rstrip("?")))
    session.notice("warn", gettext("You were signed out, so that was not saved. Send it again."))
    return pages.go(url_for("sign_in.show_sign_in", next=pages.where_from("/")))


def _to_the_portals_door() -> Answer:
    back = request.full_path.rstrip("?")
    if request.method != "GET":
        text = gettext("You were signed out, so that was not saved. Send it again.")
        session.notice("warn", text)
        back = pages.where_from("/portal")
    url = url_for("portal_sign_in.show_sign_in", next=back)
    return Response(status=401, headers={"HX-Redirect": url}) if pages.is_piece() else pages.go(url)


def _ask(kept: keeping.Kept | None) -> Response:
    """The sign-in form, which holds what was sent; to an open page a dialog over it."""
    return pages.show(
        "sign_in/sign_in.html",
        "sign_in/dialog.html",
        email="",
        problem="",
        back="",
        kept=kept,
        wants_code=False,
        code=401,
    )


def _show(wrong: Wrong) -> Response:
    template = "shell/error_note.html" if pages.is_piece() else "shell/error.html"
    text = render_template(
        template, wrong=wrong, request_id=g.get("request_id", ""), is_at_home=_is_at_home(wrong)
    )
    return Response(text, wrong.status, mimetype="text/html")


def _is_at_home(wrong: Wrong) -> bool:
    """Whether the reader is known, so that the page can lead on as every other one."""
    if wrong.status >= 500 or session.is_portal() or session.current().token is None:
        return False
    with suppress(ClienteleError):
        return bool(callers.me())
    return False


def _of_refusal(error: Refused) -> Wrong:
    if isinstance(error, NotFound):
        return _nothing()
    if isinstance(error, NotAllowed):
        if session.is_portal():
            return _not_shared()
        needed = str(error.problem.get("permission") or "")
        text = gettext("Your role does not include it. Someone who manages users can grant it")
        return Wrong(
            403,
            "shield-alert",
            gettext("You may not do this"),
            f"{text}: {rights.said(needed)}." if needed else f"{text}.",
        )
    if error.status >= 500:
        return _away()
    text = str(error.problem.get("detail") or error.title)
    return Wrong(error.status, "circle-alert", error.title or gettext("That did not work"), text)


def _not_shared() -> Wrong:
    text = gettext("Your contact at the firm decides what you see here, and can share it with you.")
    return Wrong(403, "shield-alert", gettext("This is not shared with you"), text)


def _nothing() -> Wrong:
    title = gettext("There is nothing here")
    text = gettext("It may have been deleted, or it belongs to another workspace.")
    if session.is_portal():
        text = gettext("It may have been taken back, or the address is not quite right.")
    return Wrong(404, "search-x", title, text)


def _away() -> Wrong:
    title = gettext("Clientele does not answer right now")
    text = gettext("Nothing was lost and nothing was changed. Try again in a moment.")
    return Wrong(503, "cloud-off", title, text)


def _of_http(error: HTTPException) -> Answer:
    if error.code == 404:
        return _show(_nothing())
    if error.description == "form_expired" and (kept := keeping.of_request()):
        return _of_another_session(kept)
    if error.description == "form_expired":
        text = gettext(
            "The form was from another session. Go back, reload the page and send it again."
        )
        return _show(Wrong(400, "circle-alert", gettext("That was not carried out"), text))
    return _show(_of_request(error.code or 500))


def _of_request(code: int) -> Wrong:
    """What the page itself refuses to read, in words that need no knowledge of HTTP."""
    texts = {
        405: gettext("This address takes what a form sends. Open the page that the form is on."),
        413: gettext("That is more than this page takes at once. Send less, or in parts."),
    }
    otherwise = gettext("Part of what was sent is missing. Go back, and send the form again.")
    title = gettext("That was not carried out")
    return Wrong(code, "circle-alert", title, texts.get(code, otherwise))


def _of_another_session(kept: keeping.Kept) -> Response:
    """Someone signed out, or in again, after the form was made: nothing of it is lost."""
    if session.current().token is None:
        return _ask(kept)
    return pages.show("sign_in/again.html", kept=kept, code=400)


def _of_defect(error: Exception) -> Response:
    _log.error("unexpected error", exc_info=error, method=request.method, path=told_path())
    text = gettext("The mistake is on our side and was written down; the number below finds it.")
    return _show(Wrong(500, "circle-alert", gettext("Something went wrong"), text))
