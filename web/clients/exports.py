"""Exports of a filtered list, and archives of one client or of the workspace."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as Answer

from web.clients import filters
from web.shell import downloads, forms, pages
from web.shell.callers import api

blueprint = Blueprint("exports", __name__)
_FORMATS: Final = ("csv", "xlsx", "json")


@blueprint.get("/exports/new")
def choose_format() -> Response:
    """Which clients, as the list is narrowed, and in which form."""
    chosen = filters.read(request.args)
    count = filters.count(chosen)
    return pages.show("clients/export.html", filters=chosen, count=count, formats=_FORMATS)


@blueprint.post("/exports")
def begin() -> Answer:
    """Have the file written in the background, and go where it is told how far that is."""
    chosen = filters.read(request.form)
    kind = request.form.get("format", "csv")
    body = {"format": kind, "filters": filters.resolved(chosen)}
    job = api().transfers.export(body, forms.key_of(body))
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


@blueprint.get("/exports/<uuid:job_id>/file")
def download(job_id: Any) -> Response:
    """The file, for as long as it is kept."""
    return downloads.passed_on(api().transfers.exported(str(job_id)))


@blueprint.get("/clients/<uuid:client_id>/archive.zip")
def download_client(client_id: Any) -> Response:
    """All of one client as a ZIP."""
    return downloads.passed_on(api().transfers.archive(str(client_id)))


@blueprint.get("/workspace/archive.zip")
def download_workspace() -> Response:
    """All of the workspace as a ZIP."""
    return downloads.passed_on(api().transfers.archive())
