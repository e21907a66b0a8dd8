"""Changing lists. The workspace's row is held meanwhile, so that changes come one by one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from services.clients.access.queries import get_workspace
from services.clients.lists import events, queries
from services.clients.lists.errors import EntryNotFound, StaleList
from services.clients.lists.models import ListState, WorkspaceList
from services.clients.lists.rules import entries as rules
from services.clients.lists.rules.entries import Entries, Entry
from shared.errors import Invalid, require_version
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork


def add_entry(
    uow: UnitOfWork, name: str, values: Mapping[str, Any], expected_version: int | None = None
) -> tuple[ListState, Entry]:
    """A new entry, at `position` or at the end; raises `Invalid`, `StaleList`."""
    listed = _held(uow, name, expected_version)
    entry = Entry(str(uuid7()), values["name"])
    after = _allowed(lambda: rules.added(listed.entries, entry, values.get("position")))
    listed = _stored(uow, listed, after)
    uow.publish(events.entry_added(listed, entry))
    return listed, entry


def update_entry(
    uow: UnitOfWork,
    name: str,
    entry_id: uuid.UUID,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
) -> tuple[ListState, Entry]:
    """Rename, move, retire or restore an entry; without effect there is no event.

    Raises `EntryNotFound`, `Invalid`, `StaleList`.
    """
    listed = _held(uow, name, expected_version)
    before = find_entry(listed, entry_id)
    after = _allowed(lambda: rules.changed(listed.entries, before, changes))
    if after == listed.entries:
        return listed, before
    changed = _stored(uow, listed, after)
    entry = find_entry(changed, entry_id)
    uow.publish(events.entry_updated(listed, before, changed, entry))
    return changed, entry


def find_entry(listed: ListState, entry_id: uuid.UUID) -> Entry:
    """The entry of this id in a list; raises `EntryNotFound`."""
    for entry in listed.entries:
        if entry.id == str(entry_id):
            return entry
    raise EntryNotFound


def _held(uow: UnitOfWork, name: str, expected_version: int | None) -> ListState:
    get_workspace(uow, lock=True)
    listed = queries.get_list(uow, name)
    require_version(expected_version, listed.version, StaleList)
    return listed


def _allowed(change: Callable[[], Entries]) -> Entries:
    try:
        return change()
    except rules.Refused as refused:
        raise Invalid.at(refused.field, refused.code, str(refused)) from refused


def _stored(uow: UnitOfWork, listed: ListState, entries: Entries) -> ListState:
    values = {"version": listed.version + 1, "entries": [entry.stored() for entry in entries]}
    statement = insert(WorkspaceList).values(
        workspace_id=uow.workspace_id, name=listed.name, **values
    )
    uow.session.execute(
        statement.on_conflict_do_update(index_elements=["workspace_id", "name"], set_=values)
    )
    queries.forget_lists()
    return ListState(listed.name, listed.version + 1, entries)
