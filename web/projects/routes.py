"""One project, with its budget and what is spent of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from web.shell import pages
from web.shell.callers import api

blueprint = Blueprint("projects", __name__, url_prefix="/projects")


@blueprint.get("/<uuid:project_id>")
def show_project(project_id: Any) -> Response:
    """The project, its dates, its hours and its money."""
    project = api().project(str(project_id))
    client = api().client(project["client_id"], fields="company_name,client_code")
    return pages.show("projects/project.html", project=project, client=client)
