"""Reading lists: each of a workspace, and which entry a written value means."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from threading import Lock

from cachetools import TTLCache
from sqlalchemy import select

from services.clients.lists.models import LISTS, ListState, WorkspaceList
from services.clients.lists.rules.defaults import default_entries
from services.clients.lists.rules.entries import Entry, by_name
from shared.unit_of_work import UnitOfWork
from shared.values.folding import caseless

#: How long a process may take a value that was retired a moment ago elsewhere.
_SECONDS = 5.0
_MOST = 1_000

Names = Mapping[str, Mapping[str, Entry]]

_remembered: TTLCache[uuid.UUID, Names] = TTLCache(_MOST, _SECONDS)
_lock = Lock()


def get_list(uow: UnitOfWork, name: str) -> ListState:
    """One list as it is now."""
    row = uow.session.get(WorkspaceList, (uow.workspace_id, name), populate_existing=True)
    return _listed(name, row)


def find_entry(uow: UnitOfWork, name: str, written: str) -> Entry | None:
    """The entry that a value means, by its name or a former one; None if it is not listed.

    Answered from memory; only a value that may not be used is looked up once more, as it may
    have been added or restored a moment ago.
    """
    with _lock:
        remembered = _remembered.get(uow.workspace_id)
    if remembered is not None:
        found = remembered[name].get(caseless(written))
        if found is not None and not found.retired:
            return found
    return _read(uow)[name].get(caseless(written))


def choices(uow: UnitOfWork, name: str) -> str:
    """What may be chosen from a list, in words."""
    entries = get_list(uow, name).entries
    return ", ".join(entry.name for entry in entries if not entry.retired)


def forget_lists() -> None:
    """Let this process read the lists anew."""
    with _lock:
        _remembered.clear()


def former_names(uow: UnitOfWork, name: str, written: str) -> tuple[str, ...]:
    """Every name under which records may carry what the value means, itself included."""
    found = find_entry(uow, name, written)
    return (written,) if found is None else tuple(dict.fromkeys((written, *found.names)))


def _read(uow: UnitOfWork) -> Names:
    statement = select(WorkspaceList).execution_options(populate_existing=True)
    rows = {row.name: row for row in uow.session.scalars(statement)}
    names = {name: by_name(_listed(name, rows.get(name)).entries) for name in LISTS}
    with _lock:
        _remembered[uow.workspace_id] = names
    return names


def _listed(name: str, row: WorkspaceList | None) -> ListState:
    if row is None:
        return ListState(name, 1, default_entries(name))
    return ListState(name, row.version, tuple(Entry.of(entry) for entry in row.entries))
