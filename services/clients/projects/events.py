"""What projects tell: one event per change."""

from __future__ import annotations

from typing import Any

from services.clients.projects.models import Project
from services.clients.values.money import amount_text, decimal_text
from shared.messaging.changes import Change
from shared.messaging.envelope import Event


def snapshot(project: Project) -> dict[str, Any]:
    """A project as it stands in its events."""
    return {
        "id": str(project.id),
        "client_id": str(project.client_id),
        **changeable(project),
        "version": project.version,
    }


def changeable(project: Project) -> dict[str, Any]:
    """What of a project can change, as it travels."""
    amount, hours = project.budget_amount, project.budget_hours
    return {
        "name": project.name,
        "code": project.code,
        "status": project.status,
        "currency": project.currency,
        "budget_amount": None if amount is None else amount_text(amount, project.currency),
        "budget_hours": None if hours is None else decimal_text(hours, 2),
        "starts_on": _day(project.starts_on),
        "ends_on": _day(project.ends_on),
    }


def created(project: Project) -> Event:
    """A project was set up."""
    return _of_project(project, "created", {})


def changed(project: Project, changes: list[Change]) -> Event:
    """A project's fields changed; a new status gives the event its name."""
    moved = any(change["field"] == "status" for change in changes)
    return _of_project(project, "status_changed" if moved else "updated", {"changes": changes})


def _of_project(project: Project, participle: str, data: dict[str, Any]) -> Event:
    return Event(
        type=f"clients.project.{participle}.v1",
        subject=f"project/{project.id}",
        aggregate_version=project.version,
        client_id=project.client_id,
        data={**data, "project": snapshot(project)},
    )


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()
