"""Imports, exports and bulk changes: all of them, and how far one is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from web.shell import pages
from web.shell.callers import api

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")


@blueprint.get("")
def list_jobs() -> Response:
    """The jobs of the workspace, newest first."""
    found = api().job_page(cursor=request.args.get("cursor"), limit=50)
    return pages.show("jobs/list.html", jobs=found.data, next_cursor=found.next)


@blueprint.get("/<uuid:job_id>")
def show_job(job_id: Any) -> Response:
    """One job; it asks again by itself while it is under way."""
    return pages.show("jobs/job.html", "jobs/progress.html", job=api().job(str(job_id)))
