"""Which event types a list of patterns means: `clients.*`, `documents.document.added.v1`."""

from __future__ import annotations

from collections.abc import Iterable

from shared.contracts import catalogue

#: What stands at the end of a pattern for anything from there on.
ANYTHING = "*"
MOST = 50


def matching(patterns: Iterable[str]) -> frozenset[str]:
    """The types of the catalogue that any of the patterns means."""
    return frozenset(name for pattern in patterns for name in meant_by(pattern))


def meant_by(pattern: str) -> list[str]:
    """The types that a pattern means: one by its name, or all that begin with what stands before
    the `*` at its end. None: there is no such type."""
    if pattern.endswith(ANYTHING):
        start = pattern.removesuffix(ANYTHING)
        return [name for name in catalogue.types() if name.startswith(start)]
    return [pattern] if catalogue.is_known(pattern) else []
