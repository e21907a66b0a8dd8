"""What upper features hand to a lower one that may not know them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """An entry is registered by its name."""

    @property
    def name(self) -> str:
        """Unique in its registry."""


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Entries by their names, in the order in which the service's declaration names them.

    Reading an empty one raises `LookupError`: a process that was put together without its
    entries would silently leave out what they do.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._entries: dict[str, T] = {}

    def register(self, *entries: T) -> None:
        """Add them; one that is registered again takes the place of the one before."""
        self._entries |= {entry.name: entry for entry in entries}

    def __getitem__(self, name: str) -> T:
        """The entry of this name; raises `KeyError`."""
        return self._filled()[name]

    def __contains__(self, name: str) -> bool:
        """Whether there is an entry of this name."""
        return name in self._filled()

    def __iter__(self) -> Iterator[T]:
        """All entries."""
        return iter(tuple(self._filled().values()))

    def _filled(self) -> dict[str, T]:
        if not self._entries:
            raise LookupError(f"The service's declaration has registered no {self._what}.")
        return self._entries
