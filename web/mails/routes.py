"""What was sent to whom, as it read, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, NotFound
from shared.security.permissions import CLIENTS_VIEW, MAILS_VIEW
from web.shell import callers, forms, pages, refusals, session, words
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("mails", __name__, url_prefix="/mails")
blueprint.before_request(lambda: callers.require(MAILS_VIEW))
_PAGE: Final = 50
#: What clients are sent, as the log may be narrowed to it.
_KINDS: Final = (
    "invoice_issued",
    "invoice_overdue",
    "report_ready",
    "document_expiring",
    "portal_invitation",
)
_NARROWED_BY: Final = ("client_id", "state", "kind", "cursor")


@blueprint.get("")
def list_mails() -> Response:
    """The log, newest first; of one client with who wants no more mail about it."""
    asked = {name: request.args[name] for name in _NARROWED_BY if request.args.get(name)}
    return pages.show(
        "mails/list.html",
        "mails/results.html",
        client=_client(asked.get("client_id")),
        stops=_stops(asked.get("client_id")),
        mails=api().correspondence.mail_page(limit=_PAGE, **asked),
        states=words.WORDS["mail.state"],
        kinds=_KINDS,
        is_narrowed=bool(asked),
    )


@blueprint.get("/<uuid:mail_id>")
def show_mail(mail_id: Any) -> Response:
    """A mail as it was handed over."""
    mail = api().correspondence.mail(str(mail_id))
    return pages.show("mails/mail.html", mail=mail, client=_client(mail["client_id"]))


@blueprint.post("/<uuid:mail_id>/resend")
def resend(mail_id: Any) -> Answer:
    """Once more, with the same words; on to the new one."""
    try:
        again = api().correspondence.resend(str(mail_id), forms.idempotency_key())
    except Conflict as error:
        session.notice("bad", refusals.sentence(error))
        return pages.go(url_for("mails.show_mail", mail_id=mail_id))
    session.notice("good", gettext("It is on its way once more."))
    return pages.go(url_for("mails.show_mail", mail_id=again["id"]))


@blueprint.post("/of/<uuid:client_id>/allow")
def allow(client_id: Any) -> Answer:
    """Write to an address again, as they have asked for."""
    email = request.form.get("email", "")
    try:
        api().correspondence.allow(str(client_id), email)
    except Invalid as error:
        session.notice("bad", refusals.sentence(error))
    else:
        session.notice("good", gettext("%(email)s gets mail again.", email=email))
    return pages.go(url_for("mails.list_mails", client_id=client_id))


def _client(client_id: str | None) -> Any:
    """Whose mail it is; None for mail to users, and where the client is gone."""
    if client_id is None or not callers.may(CLIENTS_VIEW):
        return None
    try:
        return api().client(client_id)
    except NotFound:
        return None


def _stops(client_id: str | None) -> Any:
    return api().correspondence.stops(client_id) if client_id else []
