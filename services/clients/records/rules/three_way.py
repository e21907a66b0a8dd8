"""Three sides of a change that comes late: what its maker read, what it is now, what was sent.

What the maker left as they read it stays as it is now; what nobody else has changed becomes
what was sent; what both have changed, and not to the same, is an overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Element = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Overlap:
    """One thing that both sides changed. `keys` lead to it: names, and ids of elements;
    `path` is where the caller finds it in what they sent."""

    keys: tuple[str, ...]
    path: str
    base: Any
    theirs: Any
    yours: Any


@dataclass(slots=True)
class Merge:
    """What is found while the sides are laid over each other.

    In a whole form, what is as it was read is left alone; where `is_explicit`, every value was
    sent because it is wanted.
    """

    overlaps: list[Overlap] = field(default_factory=list)
    is_explicit: bool = False

    def keeps(self, keys: tuple[str, ...], path: str, base: Any, theirs: Any, yours: Any) -> bool:
        """Whether what was sent is to be carried out."""
        if yours == theirs or (yours == base and not self.is_explicit):
            return bool(yours != base)
        if theirs != base:
            self.overlaps.append(Overlap(keys, path, base, theirs, yours))
        return True

    def sides(self) -> dict[str, dict[str, Any]]:
        """`base`, `theirs` and `yours` of every overlap, in the shape of the record."""
        return {
            side: _shaped((overlap.keys, getattr(overlap, side)) for overlap in self.overlaps)
            for side in ("base", "theirs", "yours")
        }


@dataclass(frozen=True, slots=True)
class Elements:
    """A list that was sent, what is left of it to carry out, and where each stood in it."""

    elements: list[dict[str, Any]]
    places: list[int]


def merged_list(
    merge: Merge,
    name: str,
    base: Sequence[Element],
    theirs: Sequence[Element],
    yours: Sequence[Element],
) -> Elements:
    """A list that was sent whole, as it is to be carried out over the one there is now."""
    was, now = by_id(base), by_id(theirs)
    merged = Elements([], [])
    for place, sent in enumerate(yours):
        path = f"{name}[{place}]"
        one = merged_element(merge, (name,), path, was, now, sent)
        if one is not None:
            merged.elements.append(one)
            merged.places.append(place)
    _keep_what_came_since(merge, name, was, now, yours, merged)
    return merged


def merged_element(
    merge: Merge,
    keys: tuple[str, ...],
    path: str,
    was: Mapping[str, Element],
    now: Mapping[str, Element],
    sent: Element,
) -> dict[str, Any] | None:
    """What is to be carried out of one element; None where it went since and is not missed."""
    element_id = str(sent.get("id"))
    before, present = was.get(element_id), now.get(element_id)
    if present is None:
        if before is None:
            return dict(sent)
        if any(before.get(name) != value for name, value in sent.items()):
            merge.overlaps.append(Overlap((*keys, element_id), path, before, None, dict(sent)))
        return None
    read = before or {}
    return {
        name: value
        for name, value in sent.items()
        if name == "id"
        or merge.keeps(
            (*keys, element_id, name),
            f"{path}.{name}" if path else name,
            read.get(name),
            present.get(name),
            value,
        )
    }


def _keep_what_came_since(
    merge: Merge,
    name: str,
    was: Mapping[str, Element],
    now: Mapping[str, Element],
    yours: Sequence[Element],
    merged: Elements,
) -> None:
    """An element that was added since stays; one that was left out goes, unless it changed."""
    sent = {str(element.get("id")) for element in yours}
    for element_id, present in now.items():
        if element_id in sent:
            continue
        if element_id not in was:
            merged.elements.append({"id": element_id})
            merged.places.append(len(yours))
        elif was[element_id] != present:
            overlap = Overlap((name, element_id), name, was[element_id], present, None)
            merge.overlaps.append(overlap)


def by_id(elements: Sequence[Element]) -> dict[str, Element]:
    """The elements by their ids."""
    return {str(element["id"]): element for element in elements}


def _shaped(values: Any) -> dict[str, Any]:
    shaped: dict[str, Any] = {}
    for keys, value in values:
        at = shaped
        for key in keys[:-1]:
            at = at.setdefault(key, {})
        at[keys[-1]] = value
    return {
        name: _listed(value) if name in ("contacts", "rates") else value
        for name, value in shaped.items()
    }


def _listed(elements: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Elements by id as a list of them; one that is not there is left out."""
    return [
        {"id": element_id, **element}
        for element_id, element in elements.items()
        if element is not None
    ]
