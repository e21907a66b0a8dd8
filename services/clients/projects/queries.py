"""Reading projects."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from services.clients.projects.errors import ProjectNotFound
from services.clients.projects.models import ACTIVE, CLOSED, Project
from services.clients.projects.rules import Budget, Spent, budgets
from services.clients.records.models.record import CLIENTS
from shared.registry import Registry


@dataclass(frozen=True, slots=True)
class Spending:
    """Something that is spent on projects: what it comes to for each that has any."""

    name: str
    of: Callable[[Session, Sequence[Project]], Mapping[uuid.UUID, Spent]]


#: Features above this one register what is spent.
SPENDING: Registry[Spending] = Registry("spending on projects")


def spent_on(session: Session, projects: Sequence[Project]) -> Mapping[uuid.UUID, Spent]:
    """What is spent on each of the projects, in as many statements for many as for one."""
    found = {project.id: Spent() for project in projects}
    for spending in SPENDING:
        found |= spending.of(session, projects)
    return found


def get_project(session: Session, project_id: uuid.UUID) -> Project:
    """The project; raises `ProjectNotFound`."""
    project = session.get(Project, project_id)
    if project is None:
        raise ProjectNotFound
    return project


def projects_of(client_id: uuid.UUID, status: str | None) -> Select[Project]:
    """The client's projects, to be paged."""
    found = select(Project).where(Project.client_id == client_id)
    return found if status is None else found.where(Project.status == status)


def budgets_of(session: Session, client_id: uuid.UUID) -> list[Budget]:
    """What the client's active projects may cost, and what is spent of it, per unit."""
    projects = session.scalars(projects_of(client_id, ACTIVE)).all()
    spent = spent_on(session, projects)
    return budgets(
        (spent[each.id], each.currency, each.budget_amount, each.budget_hours) for each in projects
    )


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects of a workspace: None takes all; `open` are those that are not over."""

    status: str | None = None
    client_id: uuid.UUID | None = None
    open: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """As a statement over projects takes them."""
        exact = {Project.status: self.status, Project.client_id: self.client_id}
        wanted = [column == value for column, value in exact.items() if value is not None]
        return [*wanted, Project.status.not_in(CLOSED)] if self.open else wanted


def all_projects(wanted: ProjectFilter) -> Select[Any]:
    """The projects with their clients' names and codes, to be paged."""
    listed: Select[Any] = select(Project).add_columns(CLIENTS.c.company_name, CLIENTS.c.client_code)
    return listed.join(CLIENTS, CLIENTS.c.id == Project.client_id).where(*wanted.conditions())


def search_projects(session: Session, typed: str, most: int) -> list[tuple[Project, str]]:
    """Projects whose name and code have words that begin so, with their clients' names."""
    statement = select(Project, CLIENTS.c.company_name).join(
        CLIENTS, CLIENTS.c.id == Project.client_id
    )
    found = statement.where(Project.id.in_(select(func.project_matches(typed, most))))
    rows = session.execute(found.order_by(Project.updated_at.desc(), Project.id))
    return [(project, name) for project, name in rows]


def count_active_projects(session: Session) -> Sequence[Row[uuid.UUID, int]]:
    """How many active projects each client has that has any."""
    active = select(Project.client_id, func.count()).where(Project.status == ACTIVE)
    return session.execute(active.group_by(Project.client_id)).all()


def count_projects(session: Session, client_id: uuid.UUID) -> int:
    """How many projects the client has, whatever their status."""
    counted = select(func.count()).where(Project.client_id == client_id)
    return session.scalar(counted) or 0
