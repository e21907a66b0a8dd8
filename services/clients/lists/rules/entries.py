"""A list's entries: found by any of their names, added, renamed, moved, retired.

An entry that is renamed keeps its former names: records that carry one keep it as it was
written, and whoever writes or looks for it means the entry. A name that is given anew belongs
to the entry it is given to, and is nobody's former name any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from shared.values.folding import caseless

MAX_ENTRIES = 500
NAME_LENGTH = 100


class Refused(ValueError):
    """A list may not become what was asked for; `field` and `code` are stable."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a list. A retired one stays on the records that have it."""

    id: str
    name: str
    retired: bool = False
    former_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Entry:
        """As it was stored."""
        return cls(**{**stored, "former_names": tuple(stored["former_names"])})

    def stored(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "former_names": list(self.former_names)}

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and those it had before."""
        return (self.name, *self.former_names)


Entries = tuple[Entry, ...]


def by_name(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The entry that each name means; a present name comes before a former one."""
    former = {caseless(name): entry for entry in entries for name in entry.former_names}
    return former | {caseless(entry.name): entry for entry in entries}


def added(entries: Entries, entry: Entry, position: int | None) -> Entries:
    """With a new entry, at a position or at the end; raises `Refused`."""
    if len(entries) >= MAX_ENTRIES:
        raise Refused("", "too_many", f"A list holds at most {MAX_ENTRIES} entries.")
    _require_free(entries, entry)
    kept = tuple(_without(other, entry.name) for other in entries)
    return _placed(kept, entry, len(kept) if position is None else position)


def changed(entries: Entries, before: Entry, changes: Mapping[str, Any]) -> Entries:
    """With `name`, `retired` and `position` of an entry as given; raises `Refused`."""
    after = replace(_renamed(before, changes), retired=changes.get("retired", before.retired))
    _require_free(entries, after)
    others = tuple(_without(other, after.name) for other in entries if other.id != after.id)
    return _placed(others, after, changes.get("position", entries.index(before)))


def _renamed(entry: Entry, changes: Mapping[str, Any]) -> Entry:
    name = changes.get("name", entry.name)
    if name == entry.name:
        return entry
    former = tuple(dict.fromkeys((*entry.former_names, entry.name)))
    return replace(entry, name=name, former_names=tuple(n for n in former if n != name))


def _without(entry: Entry, name: str) -> Entry:
    kept = tuple(former for former in entry.former_names if caseless(former) != caseless(name))
    return entry if kept == entry.former_names else replace(entry, former_names=kept)


def _require_free(entries: Entries, entry: Entry) -> None:
    for other in entries:
        if other.id != entry.id and caseless(other.name) == caseless(entry.name):
            state = "is in the list" + (", retired: restore it." if other.retired else ".")
            raise Refused("name", "duplicate", f"{other.name} {state}")


def _placed(others: Entries, entry: Entry, position: int) -> Entries:
    return (*others[:position], entry, *others[position:])
