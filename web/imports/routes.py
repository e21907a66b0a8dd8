"""Imports of clients and of time: a file is sent, its columns are named, it is tried, carried out
and taken back."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.pages import Page
from clientele_client.shapes import Import
from clientele_client.transfers import Transfers
from shared.http.bodies import long_body
from web.imports import contents, mapping
from web.shell import downloads, forms, incoming, pages, session
from web.shell.callers import api, require
from web.shell.texts import gettext

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
#: What the API takes; a little more for the rest of the form.
MOST_BYTES: Final = 64 * 1024 * 1024
_PIECE_BYTES: Final = 262_144
# After these its rows have been taken as they were read.
_TAKEN: Final = ("import", "time_import")


@blueprint.get("/new")
def choose_file() -> Response:
    """Where a file is sent, and those that were sent before."""
    content = contents.current()
    require(content.permission)
    earlier: Page[Import] = Page([], None)
    if content is contents.CLIENTS:
        earlier = api().transfers.imports(cursor=request.args.get("cursor"), limit=20)
    return pages.show(
        "imports/new.html", content=content, imports=earlier.data, next_cursor=earlier.next
    )


@blueprint.post("")
@forms.proves_itself
@long_body(MOST_BYTES + 65_536)
def send_file() -> Answer:
    """Pass the file on to the API as it arrives."""
    typed, file = incoming.read()
    forms.verify(typed)
    problem = _of_file(file)
    if file is None or problem:
        return _not_taken(problem)
    try:
        found = _transfers().send(
            iter(lambda: file.content.read(_PIECE_BYTES), b""), file.name, file.size
        )
    except Refused as error:
        if error.status >= 500:
            raise
        return _not_taken(_why(error))
    return pages.go(url_for(".show_import", import_id=found["id"]))


def _of_file(file: incoming.Incoming | None) -> str:
    if file is None:
        return gettext("Choose a file first.")
    if file.size <= 0:
        return gettext("The file is empty.")
    if file.size > MOST_BYTES:
        return gettext("The file has more than 64 MB. Cut it in two.")
    return ""


def _not_taken(why: str) -> Answer:
    session.notice("bad", why)
    return pages.go(url_for(".choose_file"))


@blueprint.get("/<uuid:import_id>")
def show_import(import_id: Any) -> Response:
    """What the file holds, and what its columns are to stand for."""
    found = _transfers().one(str(import_id))
    jobs = {job["id"]: job for job in found["jobs"]}
    asked = contents.current().of_job(jobs.get(request.args.get("as", "")))
    return _page(found, asked or contents.current().guessed(found["suggested"]))


def _page(found: Import, body: mapping.Body, why: str = "", code: int = 200) -> Response:
    is_ready = found["state"] == "ready"
    return pages.show(
        "imports/import.html",
        file=found,
        body=body,
        why=why,
        code=code,
        content=contents.current(),
        encodings=mapping.ENCODINGS,
        is_open=not any(job["kind"] in _TAKEN for job in found["jobs"]),
        groups=list(contents.current().groups(list(body["mapping"].values()))) if is_ready else [],
    )


def _transfers() -> Transfers:
    return contents.current().transfers()


@blueprint.post("/<uuid:import_id>/read")
def read_again(import_id: Any) -> Answer:
    """Have the file understood otherwise."""
    try:
        _transfers().read(str(import_id), mapping.understood(request.form))
    except Refused as error:
        if error.status not in {409, 410, 422}:
            raise
        session.notice("bad", _why(error))
    return pages.go(url_for(".show_import", import_id=import_id))


@blueprint.post("/<uuid:import_id>/preview")
def try_out(import_id: Any) -> Answer:
    """Find out what would happen, and go where it is told; a wrong mapping comes back as it was."""
    found = _transfers().one(str(import_id))
    body = contents.current().typed(found["columns"], request.form)
    try:
        job = _transfers().preview(found["id"], body, forms.key_of(body))
    except Refused as error:
        if error.status not in {409, 422}:
            raise
        return _page(found, body, _why(error), 422)
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.post("/<uuid:import_id>/start")
def carry_out(import_id: Any) -> Answer:
    """Carry out what was tried."""
    found = _transfers().one(str(import_id))
    tried = [job for job in found["jobs"] if job["id"] == request.form.get("preview")]
    body = contents.current().of_job(tried[0] if tried else None)
    if body is None:
        return pages.go(url_for(".show_import", import_id=import_id))
    job = _transfers().start(found["id"], body, forms.key_of(body))
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.post("/<uuid:import_id>/undo")
def take_back(import_id: Any) -> Answer:
    """Delete what the import made and put back what it changed, where nobody has since."""
    job = _transfers().undo(str(import_id), forms.idempotency_key())
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.get("/<uuid:import_id>/rejected.csv")
def download_rejected(import_id: Any) -> Response:
    """The rows that the last run refused, with a column that says why."""
    return downloads.passed_on(_transfers().rejected(str(import_id)))


def _why(error: Refused) -> str:
    return " ".join(each.message for each in error.errors) or str(
        error.problem.get("detail") or error.title
    )
