"""Rules that look at several fields of a project together."""

from __future__ import annotations

from services.clients.projects.errors import ProjectInvalid
from services.clients.projects.models import Project
from services.clients.values.money import precision
from shared.values.days import order


def check_project(project: Project) -> None:
    """Raises `ProjectInvalid` naming every wrong field."""
    wrong = [
        *order(project.starts_on, project.ends_on, "ends_on"),
        *precision(project.budget_amount, project.currency, "budget_amount"),
    ]
    if wrong:
        raise ProjectInvalid(errors=wrong)
