"""Keeping views. The workspace's row is held meanwhile, so that names and their number hold."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.clients.access.queries import get_workspace
from services.clients.listing import events
from services.clients.listing.errors import NotYourView, StaleView
from services.clients.listing.models import MAX_VIEWS, SavedView, maker_of
from services.clients.listing.queries import saved_views
from shared.clock import now
from shared.errors import Invalid, require_version
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.folding import caseless


def add_view(uow: UnitOfWork, values: Mapping[str, Any]) -> SavedView:
    """A new view of the caller's; raises `Invalid` where its name is taken."""
    get_workspace(uow, lock=True)
    if saved_views.count_views(uow) >= MAX_VIEWS:
        raise Invalid.at("", "too_many", f"A workspace has at most {MAX_VIEWS} views.")
    moment = now()
    view = SavedView(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        version=1,
        name_key=caseless(values["name"]),
        maker=maker_of(uow.actor),
        created_by=uow.actor.as_dict(),
        created_at=moment,
        updated_at=moment,
        **{"query": {}, "shared": False, **values},
    )
    _check_name(uow, view)
    uow.session.add(view)
    uow.flush()
    uow.publish(events.view_added(view))
    return view


def update_view(
    uow: UnitOfWork,
    view_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    *,
    manages: bool = False,
) -> SavedView:
    """Rename a view, let it show something else, share it or not; without effect there is no
    event. `manages`: whether the caller may change what others share.

    Raises `ViewNotFound`, `NotYourView`, `StaleView`, `Invalid`.
    """
    view = _held(uow, view_id, expected_version, manages)
    if changes := events.view_changes(view, values):
        for name, value in values.items():
            setattr(view, name, value)
        view.name_key = caseless(view.name)
        _check_name(uow, view)
        view.version += 1
        view.updated_at = now()
        uow.flush()
        uow.publish(events.view_updated(view, changes))
    return view


def remove_view(
    uow: UnitOfWork,
    view_id: uuid.UUID,
    expected_version: int | None = None,
    *,
    manages: bool = False,
) -> None:
    """Throw a view away. Raises as `update_view` does."""
    view = _held(uow, view_id, expected_version, manages)
    uow.session.delete(view)
    uow.flush()
    view.version += 1
    uow.publish(events.view_removed(view))


def _held(
    uow: UnitOfWork, view_id: uuid.UUID, expected_version: int | None, manages: bool
) -> SavedView:
    get_workspace(uow, lock=True)
    view = saved_views.get_view(uow, view_id)
    if view.maker != maker_of(uow.actor) and not manages:
        raise NotYourView
    require_version(expected_version, view.version, StaleView)
    return view


def _check_name(uow: UnitOfWork, view: SavedView) -> None:
    if saved_views.namesakes(uow, view):
        raise Invalid.at("name", "duplicate", f"There is a view called {view.name} already.")
