"""Imports: a file is sent, its columns are named, it is tried, carried out and taken back."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Refused
from clientele_client.shapes import Import
from shared.http.bodies import long_body
from web.imports import fields, mapping
from web.shell import downloads, forms, incoming, pages, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
#: What the API takes; a little more for the rest of the form.
MOST_BYTES: Final = 64 * 1024 * 1024
_PIECE_BYTES: Final = 262_144


@blueprint.get("/new")
def choose_file() -> Response:
    """Where a file is sent, and those that were sent before."""
    found = api().transfers.imports(cursor=request.args.get("cursor"), limit=20)
    return pages.show("imports/new.html", imports=found.data, next_cursor=found.next)


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
        found = api().transfers.send(
            iter(lambda: file.content.read(_PIECE_BYTES), b""), file.name, file.size
        )
    except Refused as error:
        if error.status >= 500:
            raise
        return _not_taken(_why(error))
    return pages.go(url_for("imports.show_import", import_id=found["id"]))


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
    return pages.go(url_for("imports.choose_file"))


@blueprint.get("/<uuid:import_id>")
def show_import(import_id: Any) -> Response:
    """What the file holds, and what its columns are to stand for."""
    found = api().transfers.one(str(import_id))
    jobs = {job["id"]: job for job in found["jobs"]}
    asked = mapping.of_job(jobs.get(request.args.get("as", "")))
    return _page(found, asked or mapping.guessed(found["suggested"]))


def _page(found: Import, body: mapping.Body, why: str = "", code: int = 200) -> Response:
    is_ready = found["state"] == "ready"
    return pages.show(
        "imports/import.html",
        None if is_ready else "imports/reading.html",
        file=found,
        body=body,
        why=why,
        code=code,
        groups=list(fields.groups(_own_fields(), list(body["mapping"].values())))
        if is_ready
        else [],
    )


def _own_fields() -> list[tuple[str, str]]:
    return [(each["key"], each["label"]) for each in api().custom_fields() if not each["retired"]]


@blueprint.post("/<uuid:import_id>/preview")
def try_out(import_id: Any) -> Answer:
    """Find out what would happen, and go where it is told; a wrong mapping comes back as it was."""
    found = api().transfers.one(str(import_id))
    body = mapping.typed(found["columns"], request.form)
    try:
        job = api().transfers.preview(found["id"], body, forms.key_of(body))
    except Refused as error:
        if error.status not in {409, 422}:
            raise
        return _page(found, body, _why(error), 422)
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.post("/<uuid:import_id>/start")
def carry_out(import_id: Any) -> Answer:
    """Carry out what was tried."""
    found = api().transfers.one(str(import_id))
    tried = [job for job in found["jobs"] if job["id"] == request.form.get("preview")]
    body = mapping.of_job(tried[0] if tried else None)
    if body is None:
        return pages.go(url_for("imports.show_import", import_id=import_id))
    job = api().transfers.start(found["id"], body, forms.key_of(body))
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.post("/<uuid:import_id>/undo")
def take_back(import_id: Any) -> Answer:
    """Delete what the import made and put back what it changed, where nobody has since."""
    job = api().transfers.undo(str(import_id), forms.idempotency_key())
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.get("/<uuid:import_id>/rejected.csv")
def download_rejected(import_id: Any) -> Response:
    """The rows that the last run refused, with a column that says why."""
    return downloads.passed_on(api().transfers.rejected(str(import_id)))


def _why(error: Refused) -> str:
    return " ".join(each.message for each in error.errors) or str(
        error.problem.get("detail") or error.title
    )
