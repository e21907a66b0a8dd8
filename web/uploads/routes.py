"""Uploads: from the browser to the store, or through here where it has no script."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.files import Files
from clientele_client.shapes import Document
from shared.http.bodies import long_body
from shared.http.lanes import CHECKS, in_lane
from web.shell import forms, incoming, pages, refusals, session
from web.shell.callers import api
from web.shell.passing_on import MOST_BYTES, store
from web.shell.texts import gettext

blueprint = Blueprint("uploads", __name__, url_prefix="/clients")
#: Whose files: a client's, or a draft's that becomes one.
_OWNERS: Final = (("client", "/<uuid:owner_id>/files"), ("draft", "/drafts/<uuid:owner_id>/files"))


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["categories"] = _categories
    for owner, path in _OWNERS:
        for rule, view in (
            ("", receive),
            ("/announce", announce),
            ("/<uuid:document_id>", change),
            ("/<uuid:document_id>/complete", complete),
            ("/<uuid:document_id>/remove", remove),
        ):
            _add(state, path + rule, view, owner, "POST")
        _add(state, f"{path}/<uuid:document_id>", show_file, owner, "GET")


def _add(state: BlueprintSetupState, rule: str, view: Any, owner: str, method: str) -> None:
    state.add_url_rule(rule, view.__name__, view, methods=[method], defaults={"owner": owner})


@blueprint.get("/<uuid:client_id>/documents/upload")
def show_uploads(client_id: Any) -> Answer:
    """The client's files with what can be said of each, and where new ones go."""
    client = api().client(str(client_id))
    page = api().document_page(client["id"], cursor=request.args.get("cursor") or None, limit=50)
    return pages.show("uploads/page.html", client=client, files=page.data, next_cursor=page.next)


def announce(owner: str, owner_id: Any) -> Answer:
    """Where the browser is to put a file; what stands against it, as a sentence (422)."""
    name, size = request.form.get("file_name", ""), request.form.get("size", 0, type=int)
    if size <= 0:
        return jsonify(said=gettext("The file is empty.")), 422  # type: ignore[return-value]
    try:
        found = _files(owner, owner_id).announce({"file_name": name, "size": size})
    except Refused as error:
        return jsonify(said=refusals.sentence(error)), 422  # type: ignore[return-value]
    path = _url("complete", owner, owner_id, document_id=found["id"])
    gone = _url("remove", owner, owner_id, document_id=found["id"])
    return jsonify(upload=found["upload"], complete=path, remove=gone)


@in_lane(CHECKS)
def complete(owner: str, owner_id: Any, document_id: Any) -> Response:
    """Have a file checked that the browser has put into the store; its row, with the verdict."""
    files, why = _files(owner, owner_id), ""
    try:
        document = files.complete(str(document_id))
    except Refused as error:
        if error.status >= 500:
            raise
        document, why = files.one(str(document_id)), refusals.sentence(error)
    return _row(owner, owner_id, document, why)


@forms.proves_itself
@long_body(MOST_BYTES)
def receive(owner: str, owner_id: Any) -> Answer:
    """The file of a form, passed on to the store as it arrives, and checked."""
    fields, file = incoming.read()
    forms.verify(fields)
    if file is None:
        session.notice("warn", gettext("Choose a file first."))
    elif why := _take(_files(owner, owner_id), file):
        session.notice("bad", why)
    return pages.go(_home(owner, owner_id))


def _take(files: Files, file: incoming.Incoming) -> str:
    """Pass a file on; why it was not taken, empty where it was."""
    if file.size <= 0:
        return gettext("%(name)s is empty.", name=file.name)
    try:
        files.send(file.content, file.name, file.size, put=store().put)
    except Refused as error:
        return gettext(
            "%(name)s was refused: %(why)s", name=file.name, why=refusals.sentence(error)
        )
    return ""


def show_file(owner: str, owner_id: Any, document_id: Any) -> Response:
    """The row of a file as it is now."""
    return _row(owner, owner_id, _files(owner, owner_id).one(str(document_id)))


def change(owner: str, owner_id: Any, document_id: Any) -> Answer:
    """File a document: its category, when it expires, whether the portal shows it."""
    form = request.form
    changes = {
        "category": form.get("category") or "other",
        "expires_on": form.get("expires_on") or None,
        "portal_visible": "portal_visible" in form,
    }
    files, why = _files(owner, owner_id), ""
    try:
        document = files.change(str(document_id), changes)
    except Refused as error:
        document, why = files.one(str(document_id)), refusals.sentence(error)
    if pages.is_piece():
        return _row(owner, owner_id, document, why)
    session.notice("bad" if why else "good", why or gettext("Saved."))
    return pages.go(_home(owner, owner_id))


def remove(owner: str, owner_id: Any, document_id: Any) -> Answer:
    """Delete a document and its bytes."""
    _files(owner, owner_id).remove(str(document_id))
    if pages.is_piece() or "quietly" in request.form:
        return Response("")
    session.notice("good", gettext("The document was deleted."))
    return pages.go(_home(owner, owner_id))


# --- what the pages are made of ----------------------------------------------------------


def _files(owner: str, owner_id: Any) -> Files:
    return api().files(str(owner_id)) if owner == "client" else api().drafts.files(str(owner_id))


def _home(owner: str, owner_id: Any) -> str:
    """The page that shows these files."""
    if owner == "client":
        return url_for("uploads.show_uploads", client_id=owner_id)
    return pages.has_page("client_form.show_step", draft_id=owner_id, name="documents") or "/"


def _url(view: str, owner: str, owner_id: Any, **values: Any) -> str:
    return url_for(f"uploads.{view}", owner=owner, owner_id=owner_id, **values)


def _row(owner: str, owner_id: Any, document: Document, why: str = "") -> Response:
    text = render_template(
        "uploads/file.html", file=document, owner=owner, owner_id=owner_id, why=why
    )
    return Response(text, mimetype="text/html")


def _categories() -> list[str]:
    return [it["name"] for it in api().entries("document-categories") if not it["retired"]]
