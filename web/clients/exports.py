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
    return pages.show("clients/export.html", filters=chosen, count=sum_of(chosen), formats=_FORMATS)


def sum_of(chosen: filters.Filters) -> int:
    """How many clients the filters leave."""
    counts = {each["value"]: each["count"] for each in api().facets(**chosen.set)["status"]}
    status = chosen.set.get("status")
    return int(counts.get(status, 0) if status else sum(counts.values()))


@blueprint.post("/exports")
def begin() -> Answer:
    """Have the file written in the background, and go where it is told how far that is."""
    chosen = filters.read(request.form)
    kind = request.form.get("format", "csv")
    body = {"format": kind, "filters": _asked(chosen)}
    job = api().transfers.export(body, forms.key_of(body))
    return pages.go(url_for("jobs.show_job", job_id=job["id"]))


def _asked(chosen: filters.Filters) -> dict[str, Any]:
    """The filters as a body; a saved view is what it stands for, below what is said besides."""
    views = {view["id"]: view["query"] for view in api().views()} if "view" in chosen.set else {}
    saved = views.get(chosen.set.get("view", ""), {})
    return {**saved, **filters.as_body(chosen.set)}


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
