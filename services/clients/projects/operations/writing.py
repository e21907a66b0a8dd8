"""Setting up projects and changing them."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from services.clients.access.queries import default_currency
from services.clients.projects import events
from services.clients.projects.errors import (
    ProjectCodeTaken,
    ProjectInvalid,
    ProjectNotFound,
    StaleProject,
)
from services.clients.projects.models import Project
from services.clients.records.queries.clients import lock_client
from services.clients.records.queries.owned import lock_owned
from services.clients.values.money import precision
from shared.clock import now
from shared.errors import require_version
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork
from shared.values.days import order

_OPTIONAL = ("code", "budget_amount", "budget_hours", "starts_on", "ends_on")


def create_project(uow: UnitOfWork, client_id: uuid.UUID, body: dict[str, Any]) -> Project:
    """Set up a project for the client; money is in the workspace's currency if none is named.

    Raises `ProjectInvalid`, `ProjectCodeTaken`.
    """
    client = lock_client(uow, client_id)
    at = now()
    project = Project(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client.id,
        version=1,
        name=body["name"],
        status=body["status"],
        currency=body.get("currency") or default_currency(uow),
        created_at=at,
        updated_at=at,
        **{field: body.get(field) for field in _OPTIONAL},
    )
    _check(uow, project)
    uow.session.add(project)
    uow.publish(events.created(project))
    return project


def update_project(
    uow: UnitOfWork, project_id: uuid.UUID, changes: dict[str, Any], expected_version: int | None
) -> Project:
    """Change fields of a project; without effect there is no new version and no event.

    Raises `StaleProject` if its version is not the expected one (None: any).
    """
    project = _locked(uow, project_id)
    require_version(expected_version, project.version, StaleProject)
    before = events.changeable(project)
    for field, value in changes.items():
        setattr(project, field, value)
    _check(uow, project)
    changed = changes_between(before, events.changeable(project))
    if changed:
        project.version += 1
        project.updated_at = now()
        uow.publish(events.changed(project, changed))
    return project


def check_project(project: Project) -> None:
    """Raises `ProjectInvalid` naming every wrong field."""
    wrong = [
        *order(project.starts_on, project.ends_on, "ends_on"),
        *precision(project.budget_amount, project.currency, "budget_amount"),
    ]
    if wrong:
        raise ProjectInvalid(errors=wrong)


def _locked(uow: UnitOfWork, project_id: uuid.UUID) -> Project:
    """The project, read after its client was locked: nobody else can change it now."""
    found = lock_owned(uow, Project, project_id)
    if found is None:
        raise ProjectNotFound
    return found[1]


def _check(uow: UnitOfWork, project: Project) -> None:
    check_project(project)
    if project.code is not None and _code_taken(uow, project):
        raise ProjectCodeTaken(f"The code {project.code} is used by another project.")


def _code_taken(uow: UnitOfWork, project: Project) -> bool:
    others = select(Project.id).where(
        Project.client_id == project.client_id,
        Project.code == project.code,
        Project.id != project.id,
    )
    return uow.session.scalar(others) is not None
