"""`changes` of an event's data: which fields differ, and how each was before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

#: Beyond this many characters a text stands in `before` as its hash: the event before has it.
_LONG = 1_000

Change = dict[str, Any]


def change(field: str, before: Any, after: Any) -> Change:
    """One changed field; of a long text, `before` is its length and hash."""
    if isinstance(before, str) and len(before) > _LONG:
        before = {"sha256": sha256(before.encode()).hexdigest(), "length": len(before)}
    return {"field": field, "before": before, "after": after}


def changes_between(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fields: Iterable[str] | None = None,
    path: str = "",
) -> list[Change]:
    """The fields, by default those of `after` in their order, whose values differ. A value that
    is not there is None; `path` is put before each field's name."""
    return [
        change(path + field, before.get(field), after.get(field))
        for field in (after if fields is None else fields)
        if before.get(field) != after.get(field)
    ]
