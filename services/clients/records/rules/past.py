"""The record at any version, folded from its events; and what lies between two versions.

A number for the tax office is in no event: of it the fold knows whether there is one, and at
which version it was last changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

HIDDEN = "hidden"
LISTS = ("contacts", "rates")
_UNTOLD = {"id", "version", "created_at", "updated_at", "has_tax_id", *LISTS}


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One event of a client."""

    type: str
    version: int
    at: datetime
    data: Mapping[str, Any]


@dataclass(slots=True)
class Past:
    """The record as it was at a version: `record` is the public one, without the tax number."""

    version: int
    at: datetime
    record: dict[str, Any] = field(default_factory=dict)
    tax_id_version: int = 0

    def value(self, path: str, default: Any = None) -> Any:
        """What stood under a path (`address.city`); the default where nothing is known of it."""
        found: Any = self.record
        for key in path.split("."):
            found = (found or {}).get(key, default)
        return found


def fold(events: Iterable[ClientEvent]) -> Past | None:
    """What the events, from the first one on, make of a record; None of no event."""
    past: Past | None = None
    for event in events:
        past = past or Past(event.version, event.at)
        past.version, past.at = event.version, event.at
        apply = _APPLY.get(event.type)
        if apply is not None:
            apply(past, event.data)
    return past


def _created(past: Past, data: Mapping[str, Any]) -> None:
    past.record = {**data["client"]}
    past.record.update({name: [*data["client"][name]] for name in LISTS})
    past.tax_id_version = past.version


def _changed(past: Past, data: Mapping[str, Any]) -> None:
    for change in data["changes"]:
        if change["field"] == "tax_id":
            past.tax_id_version = past.version
        else:
            _put(past.record, change["field"].split("."), change["after"])
    past.record.update(data["client"])


def _put(record: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    """Groups are copied: what is folded on must not change the events."""
    if len(keys) == 1:
        record[keys[0]] = value
    else:
        record[keys[0]] = {**(record.get(keys[0]) or {})}
        _put(record[keys[0]], keys[1:], value)


def _element_put(listed: str) -> Callable[[Past, Mapping[str, Any]], None]:
    def apply(past: Past, data: Mapping[str, Any]) -> None:
        one = data[listed.removesuffix("s")]
        kept = [other for other in past.record[listed] if other["id"] != one["id"]]
        past.record[listed] = sorted([*kept, one], key=lambda element: str(element["id"]))

    return apply


def _element_removed(listed: str) -> Callable[[Past, Mapping[str, Any]], None]:
    def apply(past: Past, data: Mapping[str, Any]) -> None:
        gone = data[listed.removesuffix("s")]["id"]
        past.record[listed] = [one for one in past.record[listed] if one["id"] != gone]

    return apply


# Whatever else happens to a client (a merge, a deletion undone) is a version without a change.
_APPLY: dict[str, Callable[[Past, Mapping[str, Any]], None]] = {
    "clients.client.created.v1": _created,
    "clients.client.updated.v1": _changed,
    "clients.client.status_changed.v1": _changed,
    "clients.contact.added.v1": _element_put("contacts"),
    "clients.contact.updated.v1": _element_put("contacts"),
    "clients.contact.removed.v1": _element_removed("contacts"),
    "clients.rate.added.v1": _element_put("rates"),
    "clients.rate.updated.v1": _element_put("rates"),
    "clients.rate.removed.v1": _element_removed("rates"),
}


def differences(before: Past, after: Past) -> list[dict[str, Any]]:
    """What is not the same: fields by path, elements by their id, in the record's order."""
    return list(_differences(before, after))


def _differences(before: Past, after: Past) -> Iterator[dict[str, Any]]:
    names = dict.fromkeys((*before.record, *after.record))
    for name in names:
        if name not in _UNTOLD:
            yield from _between(name, before.record.get(name), after.record.get(name))
    if before.tax_id_version != after.tax_id_version:
        yield {"field": "tax_id", "before": HIDDEN, "after": HIDDEN}
    for name in LISTS:
        yield from _between_lists(name, before.record[name], after.record[name])


def _between(path: str, before: Any, after: Any) -> Iterator[dict[str, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _between(f"{path}.{key}", before.get(key), after.get(key))
    elif before != after:
        yield {"field": path, "before": before, "after": after}


def _between_lists(
    name: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    was = {one["id"]: one for one in before}
    now = {one["id"]: one for one in after}
    for element_id in dict.fromkeys((*was, *now)):
        path = f"{name}[{element_id}]"
        yield from _between(path, was.get(element_id), now.get(element_id))
