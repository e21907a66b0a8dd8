"""A contact's access to the portal: invited, shared with, revoked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import NotAllowed, Refused
from web.shell import pages, refusals, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("portal_access", __name__, url_prefix="/clients/<uuid:client_id>")


@blueprint.post("/contacts/<contact_id>/invite")
def invite(client_id: Any, contact_id: str) -> Answer:
    """Send a contact a link to the portal; `contact_id` is `primary` for the primary one."""
    access = api().portal_access(str(client_id))
    return _done(
        client_id,
        lambda: access.invite(contact_id, request.form.getlist("scope") or None),
        gettext("The invitation is on its way."),
    )


@blueprint.post("/portal-access/<uuid:access_id>/share")
def share(client_id: Any, access_id: Any) -> Answer:
    """Share more or less, from the contact's next page on."""
    access = api().portal_access(str(client_id))
    scopes = request.form.getlist("scope")
    return _done(client_id, lambda: access.share(str(access_id), scopes), gettext("Saved."))


@blueprint.post("/portal-access/<uuid:access_id>/revoke")
def revoke(client_id: Any, access_id: Any) -> Answer:
    """Out at once."""
    access = api().portal_access(str(client_id))
    done = gettext("The access is revoked; every session has ended.")
    return _done(client_id, lambda: access.revoke(str(access_id)), done)


def _done(client_id: Any, carry_out: Callable[[], Any], text: str) -> Answer:
    try:
        carry_out()
    except Refused as error:
        if error.status >= 500 or isinstance(error, NotAllowed):
            raise
        session.notice("bad", refusals.sentence(error))
    else:
        session.notice("good", text)
    return pages.go(pages.has_page("client.show_contacts", client_id=client_id) or "/")
