"""What time entries tell: one event per entry that is added, changed or removed."""

from __future__ import annotations

from typing import Any

from services.clients.projects.models import Project
from services.clients.time_entries.models import TimeEntry
from services.clients.values.money import decimal_text
from shared.messaging.changes import Change
from shared.messaging.envelope import Event


def fields_of(entry: TimeEntry) -> dict[str, Any]:
    """What of an entry can change, as it travels."""
    return {
        "project_id": str(entry.project_id),
        "position": entry.position,
        "person": entry.person,
        "date": entry.date.isoformat(),
        "hours": decimal_text(entry.hours, 2),
        "overtime": entry.overtime,
        "note": entry.note,
    }


def snapshot(entry: TimeEntry) -> dict[str, Any]:
    """An entry as it is answered, and stands in its events."""
    return {
        "id": str(entry.id),
        "client_id": str(entry.client_id),
        **fields_of(entry),
        "person_name": entry.person_name,
        "overtime_hours": decimal_text(entry.overtime_hours, 2),
        "invoice_id": None if entry.invoice_id is None else str(entry.invoice_id),
        "version": entry.version,
    }


def entry_added(entry: TimeEntry, project: Project) -> Event:
    """Somebody's hours were entered."""
    return _event(entry, "added", project, {})


def entry_updated(entry: TimeEntry, project: Project, changes: list[Change]) -> Event:
    """An entry was changed before it was billed."""
    return _event(entry, "updated", project, {"changes": changes})


def entry_removed(entry: TimeEntry, project: Project) -> Event:
    """An entry was taken back before it was billed; this is a version of its own."""
    return _event(entry, "removed", project, {})


def _event(entry: TimeEntry, participle: str, project: Project, data: dict[str, Any]) -> Event:
    of_project = {"id": str(project.id), "name": project.name}
    return Event(
        type=f"clients.time_entry.{participle}.v1",
        subject=f"time_entry/{entry.id}",
        aggregate_version=entry.version,
        client_id=entry.client_id,
        data={**data, "time_entry": snapshot(entry), "project": of_project},
    )
