"""The facts that views announce. The words that somebody looks for may be a person's name, and
these events outlive every client: they are told as hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.clients.listing.models import SavedView
from shared.messaging.changes import Change, changes_between
from shared.messaging.envelope import Event

_QUERY, _WORDS, _HIDDEN = "query.", "q", "hidden"


def view_added(view: SavedView) -> Event:
    """There is one more view."""
    return _event(view, "added", {"view": snapshot(view)})


def view_updated(view: SavedView, changes: Sequence[Change]) -> Event:
    """A view was renamed, shared, kept to oneself, or shows something else."""
    return _event(view, "updated", {"changes": list(changes), "view": snapshot(view)})


def view_removed(view: SavedView) -> Event:
    """A view is no more; this is a version of its own."""
    return _event(view, "removed", {"view": snapshot(view)})


def snapshot(view: SavedView) -> dict[str, Any]:
    """A view as it stands in events."""
    shown = {name: _shown(name, value) for name, value in view.query.items()}
    return {"id": str(view.id), "name": view.name, "shared": view.shared, "query": shown}


def view_changes(view: SavedView, values: Mapping[str, Any]) -> list[Change]:
    """What setting the values changes; parameters of the query by their paths."""
    before, after = view.query, values.get("query", view.query)
    plain = {name: values[name] for name in ("name", "shared") if name in values}
    changes = changes_between({"name": view.name, "shared": view.shared}, plain)
    changes += changes_between(before, after, sorted({**before, **after}), _QUERY)
    return [_hiding_words(each) for each in changes]


def _hiding_words(change: Change) -> Change:
    if change["field"] != _QUERY + _WORDS:
        return change
    return {
        name: _shown(_WORDS, value) if name != "field" else value for name, value in change.items()
    }


def _shown(name: str, value: Any) -> Any:
    return _HIDDEN if name == _WORDS and value is not None else value


def _event(view: SavedView, what: str, data: dict[str, Any]) -> Event:
    return Event(f"clients.view.{what}.v1", f"view/{view.id}", view.version, None, data)
