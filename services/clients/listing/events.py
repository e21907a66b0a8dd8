"""The facts that views announce. The words that somebody looks for may be a person's name, and
these events outlive every client: they are told as hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.clients.listing.models import SavedView
from shared.messaging.envelope import Event

_WORDS, _HIDDEN = "q", "hidden"

Change = dict[str, Any]


def view_added(view: SavedView) -> Event:
    """There is one more view."""
    return _event(view, "added", {"view": told(view)})


def view_updated(view: SavedView, changes: Sequence[Change]) -> Event:
    """A view was renamed, shared, kept to oneself, or shows something else."""
    return _event(view, "updated", {"changes": list(changes), "view": told(view)})


def view_removed(view: SavedView) -> Event:
    """A view is no more; this is a version of its own."""
    return _event(view, "removed", {"view": told(view)})


def told(view: SavedView) -> dict[str, Any]:
    """A view as events tell it."""
    shown = {name: _shown(name, value) for name, value in view.query.items()}
    return {"id": str(view.id), "name": view.name, "shared": view.shared, "query": shown}


def query_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The parameters in which two queries differ, each by its path."""
    return [
        {
            "field": f"query.{name}",
            "before": _shown(name, before.get(name)),
            "after": _shown(name, after.get(name)),
        }
        for name in sorted({**before, **after})
        if before.get(name) != after.get(name)
    ]


def _shown(name: str, value: Any) -> Any:
    return _HIDDEN if name == _WORDS and value is not None else value


def _event(view: SavedView, what: str, data: dict[str, Any]) -> Event:
    return Event(f"clients.view.{what}.v1", f"view/{view.id}", view.version, None, data)
