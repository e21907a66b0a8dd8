"""Projects over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.projects import queries, schemas
from services.clients.projects.models import Project
from services.clients.projects.operations import writing
from services.clients.records.queries.clients import require_client
from services.clients.records.queries.missing import of_present_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, require_if_match, writes
from shared.http.paging import Sort, page
from shared.security.permissions import PROJECTS_CREATE, PROJECTS_UPDATE, PROJECTS_VIEW
from shared.unit_of_work import UnitOfWork

client_projects = ApiBlueprint(
    "client_projects", __name__, url_prefix="/v1/clients/<uuid:client_id>/projects"
)
all_projects = ApiBlueprint("all_projects", __name__, url_prefix="/v1/projects")
projects = ApiBlueprint("projects", __name__, url_prefix="/v1/projects/<uuid:project_id>")

BLUEPRINTS = (all_projects, client_projects, projects)


@all_projects.route("", methods=["GET"])
@reads(PROJECTS_VIEW)
@all_projects.arguments(schemas.AllProjectsQuery, location="query")
@all_projects.response(200, schemas.AllProjectsPage)
def list_all_projects(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Projects of all clients, newest first, with what is spent on them."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    wanted = queries.ProjectFilter(**of_present_client(uow.session, query))
    found = page(
        uow.session,
        uow.vault,
        queries.all_projects(wanted),
        [Sort(Project.id, descending=True)],
        scope=f"all-projects:{wanted}",
        cursor=cursor,
        limit=limit,
    )
    spent = queries.spent_on(uow.session, [row[0] for row in found.rows])
    return Answer(found.as_dict(lambda row: schemas.present_listed(row, spent[row[0].id])))


@client_projects.route("", methods=["GET"])
@reads(PROJECTS_VIEW)
@client_projects.arguments(schemas.ProjectQuery, location="query")
@client_projects.response(200, schemas.ProjectPage)
def list_projects(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """A client's projects, newest first."""
    require_client(uow.session, client_id)
    status = query.get("status")
    found = page(
        uow.session,
        uow.vault,
        queries.projects_of(client_id, status),
        [Sort(Project.id, descending=True)],
        scope=f"projects:{client_id}:{status}",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    spent = queries.spent_on(uow.session, found.rows)
    return Answer(found.as_dict(lambda row: schemas.present_project(row, spent[row.id])))


@client_projects.route("", methods=["POST"])
@writes(PROJECTS_CREATE)
@client_projects.arguments(schemas.ProjectBody)
@client_projects.response(201, schemas.ProjectView)
def post_project(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Set up a project for a client."""
    project = writing.create_project(uow, client_id, body)
    return _project_answer(uow, project, 201, f"/v1/projects/{project.id}")


@projects.route("", methods=["GET"])
@reads(PROJECTS_VIEW)
@projects.response(200, schemas.ProjectView)
def get_project(uow: UnitOfWork, project_id: uuid.UUID) -> Answer:
    """A project."""
    return _project_answer(uow, queries.get_project(uow.session, project_id))


@projects.route("", methods=["PATCH"])
@writes(PROJECTS_UPDATE)
@projects.arguments(schemas.ProjectChanges)
@projects.response(200, schemas.ProjectView)
def patch_project(uow: UnitOfWork, changes: dict[str, Any], project_id: uuid.UUID) -> Answer:
    """Change fields of a project; `If-Match` is required."""
    project = writing.update_project(uow, project_id, changes, require_if_match())
    return _project_answer(uow, project)


def _project_answer(
    uow: UnitOfWork, project: Project, status: int = 200, location: str | None = None
) -> Answer:
    uow.flush()
    body = schemas.present_project(project, queries.spent_on(uow.session, [project])[project.id])
    return Answer(body, status, etag=project.version, location=location)
