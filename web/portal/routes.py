"""The portal of whoever is signed in: overview, projects, invoices, documents, reports, profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import NotAllowed, Refused
from shared.http.bodies import long_body
from shared.http.lanes import CHECKS, PASSWORDS, in_lane
from web.shell import forms, incoming, pages, refusals, session
from web.shell.callers import me, portal
from web.shell.passing_on import MOST_BYTES, store
from web.shell.texts import gettext, noted

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
_PAGE: Final = 25
#: Page, its name, and which of the scopes it needs; reports are told of apart.
_PLACES: Final = (
    ("show_overview", noted("Overview"), None),
    ("show_projects", noted("Projects"), "projects"),
    ("show_invoices", noted("Invoices"), "invoices"),
    ("show_documents", noted("Documents"), "documents"),
    ("show_reports", noted("Reports"), "reports"),
)


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(portal_places=_places)


def _places() -> list[tuple[str, str, bool]]:
    """Where one can go: the address, its name, and whether it is here."""
    found = [(url_for(f"portal.{view}"), name) for view, name, what in _PLACES if _is_shared(what)]
    home = found[0][0]
    return [(url, gettext(name), _is_here(url, home)) for url, name in found]


def _is_here(url: str, home: str) -> bool:
    return request.path == url or (url != home and request.path.startswith(f"{url}/"))


def _is_shared(what: str | None) -> bool:
    reader: Mapping[str, Any] = me()
    return what is None or what in reader["scopes"] or (what == "reports" and reader["reports"])


@blueprint.get("")
def show_overview() -> Response:
    """The newest of each, and what is to be paid."""
    return pages.show("portal/overview.html", found=portal().overview())


@blueprint.get("/projects")
def show_projects() -> Response:
    """All projects, newest first."""
    return pages.show("portal/projects.html", page=portal().projects(**pages.place(_PAGE)))


@blueprint.get("/invoices")
def show_invoices() -> Response:
    """All invoices that were issued, newest first."""
    return pages.show("portal/invoices.html", page=portal().invoices(**pages.place(_PAGE)))


@blueprint.get("/invoices/<uuid:invoice_id>")
def show_invoice(invoice_id: Any) -> Response:
    """One invoice as paper, beside what was paid."""
    return pages.show("portal/invoice.html", invoice=portal().invoice(str(invoice_id)))


@blueprint.get("/invoices/<uuid:invoice_id>/pdf")
def download_invoice(invoice_id: Any) -> Answer:
    """To the PDF in the store, by a link that is good for a short time."""
    return redirect(portal().invoice_pdf_link(str(invoice_id)))


@blueprint.get("/reports")
def show_reports() -> Response:
    """The reports that were made, newest first."""
    return pages.show("portal/reports.html", page=portal().reports(**pages.place(_PAGE)))


@blueprint.get("/reports/<uuid:document_id>")
def download_report(document_id: Any) -> Answer:
    """To a report in the store."""
    return redirect(portal().report_link(str(document_id)))


# --- documents -------------------------------------------------------------------------------


@blueprint.get("/documents")
def show_documents() -> Response:
    """What is shared, and where files for the firm go."""
    return pages.show("portal/documents.html", page=portal().documents(**pages.place(_PAGE)))


@blueprint.get("/documents/<uuid:document_id>")
def show_file(document_id: Any) -> Response:
    """The row of a file as it is now."""
    return _row(portal().files().one(str(document_id)))


@blueprint.get("/documents/<uuid:document_id>/download")
def download(document_id: Any) -> Answer:
    """To the file in the store."""
    return redirect(portal().files().download_link(str(document_id)))


@blueprint.post("/documents/announce")
def announce() -> Answer:
    """Where the browser is to put a file; what stands against it, as a sentence (422)."""
    name, size = request.form.get("file_name", ""), request.form.get("size", 0, type=int)
    if size <= 0:
        return _said(gettext("The file is empty."))
    try:
        found = portal().files().announce({"file_name": name, "size": size})
    except Refused as error:
        return _said(refusals.sentence(error))
    done = url_for("portal.complete", document_id=found["id"])
    return jsonify(upload=found["upload"], complete=done)


@blueprint.post("/documents/<uuid:document_id>/complete")
@in_lane(CHECKS)
def complete(document_id: Any) -> Response:
    """Have a file checked that the browser has put into the store; its row, with the verdict."""
    files, why = portal().files(), ""
    try:
        document = files.complete(str(document_id))
    except Refused as error:
        if error.status >= 500:
            raise
        document, why = files.one(str(document_id)), refusals.sentence(error)
    return _row(document, why)


@blueprint.post("/documents")
@forms.proves_itself
@long_body(MOST_BYTES)
def receive() -> Answer:
    """A file of a form without a script, passed on to the store as it arrives."""
    fields, file = incoming.read()
    forms.verify(fields)
    if file is None:
        session.notice("warn", gettext("Choose a file first."))
    elif why := _take(file):
        session.notice("bad", why)
    else:
        session.notice("good", gettext("%(name)s has arrived.", name=file.name))
    return pages.go(url_for("portal.show_documents"))


def _take(file: incoming.Incoming) -> str:
    """Pass a file on; why it was not taken, empty where it was."""
    if file.size <= 0:
        return gettext("%(name)s is empty.", name=file.name)
    try:
        portal().files().send(file.content, file.name, file.size, put=store().put)
    except Refused as error:
        return gettext(
            "%(name)s was refused: %(why)s", name=file.name, why=refusals.sentence(error)
        )
    return ""


# --- one's profile ---------------------------------------------------------------------------


@blueprint.get("/profile")
def show_profile() -> Response:
    """One's name, address and password."""
    return _profile()


@blueprint.post("/profile/name")
def rename() -> Answer:
    """Be called otherwise."""
    name = request.form.get("name", "").strip()
    return _changed(lambda: portal().rename(name), "name", gettext("Saved."))


@blueprint.post("/profile/password")
@in_lane(PASSWORDS)
def choose_password() -> Answer:
    """Choose a password."""
    given = request.form
    present, wanted = given.get("password") or None, given.get("new_password", "")
    done = gettext("Your password is changed; you are signed out everywhere else.")
    return _changed(lambda: portal().choose_password(wanted, present), "password", done)


def _changed(carry_out: Callable[[], Any], what: str, done: str) -> Answer:
    try:
        carry_out()
    except Refused as error:
        if error.status >= 500 or (isinstance(error, NotAllowed) and what != "password"):
            raise
        return _profile({what: refusals.sentence(error)}, 422)
    session.notice("good", done)
    return pages.go(url_for("portal.show_profile"))


def _profile(problems: Mapping[str, str] | None = None, status: int = 200) -> Response:
    found = portal().me()
    return pages.show("portal/profile.html", reader=found, problems=problems or {}, code=status)


# --- what the pages are made of --------------------------------------------------------------


def _row(document: Mapping[str, Any], why: str = "") -> Response:
    text = render_template("portal/file.html", document=document, why=why)
    return Response(text, mimetype="text/html")


def _said(why: str) -> Answer:
    answer = jsonify(said=why)
    answer.status_code = 422
    return answer
