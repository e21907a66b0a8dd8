"""The facts that lists announce; each is one version of its list."""

from __future__ import annotations

from typing import Any

from services.clients.lists.models import ListState
from services.clients.lists.rules.entries import Entry
from shared.messaging.changes import changes_between
from shared.messaging.envelope import Event


def entry_added(listed: ListState, entry: Entry) -> Event:
    """A list has one more value."""
    return _event(listed, "added", {"entry": _snapshot(listed, entry)})


def entry_updated(was: ListState, before: Entry, listed: ListState, entry: Entry) -> Event:
    """A value was renamed, moved, retired or restored."""
    old, new = _snapshot(was, before), _snapshot(listed, entry)
    return _event(listed, "updated", {"changes": changes_between(old, new), "entry": new})


def _snapshot(listed: ListState, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "list": listed.name,
        "name": entry.name,
        "position": listed.entries.index(entry),
        "retired": entry.retired,
    }


def _event(listed: ListState, what: str, data: dict[str, Any]) -> Event:
    subject = f"list/{listed.name}"
    return Event(f"clients.list_entry.{what}.v1", subject, listed.version, None, data)
