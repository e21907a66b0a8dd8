"""Which codes to try for a client that was sent without one.

A workspace with thousands of clients of like names would have its codes tried from the first
again for each. So a process notes how far an order of suggestions is taken; since a deletion
may free a code further up, the note holds for a minute.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from itertools import islice

from services.clients.records.rules.codes import ALL_CODES, Suggestions

_CHUNKS = (12, 60, 300, ALL_CODES)
_NOTED_SECONDS = 60.0
_MOST_NOTES = 10_000

# (workspace, order of suggestions) → the place up to which all are taken, and until when.
_notes: dict[tuple[uuid.UUID, str], tuple[int, float]] = {}


class CodesToTry:
    """The codes that suit a name, best first, in chunks that grow."""

    def __init__(self, workspace_id: uuid.UUID, name: str) -> None:
        self._suggestions = Suggestions(name)
        self._key = (workspace_id, self._suggestions.order)
        self._start = _noted(self._key)
        self._tried: list[str] = []

    def __iter__(self) -> Iterator[list[str]]:
        codes = self._suggestions.after(self._start)
        for size in _CHUNKS:
            chunk = list(islice(codes, size))
            yield chunk
            self._tried += chunk
        if self._start:
            yield list(self._suggestions)

    def found(self, chunk: list[str], code: str) -> None:
        """Note that what stands before the code is taken."""
        place = self._start + len(self._tried) + chunk.index(code)
        if len(_notes) >= _MOST_NOTES:
            _notes.clear()
        _, until = _notes.get(self._key, (0, time.monotonic() + _NOTED_SECONDS))
        _notes[self._key] = (place, until)


def _noted(key: tuple[uuid.UUID, str]) -> int:
    place, until = _notes.get(key, (0, 0.0))
    if until < time.monotonic():
        _notes.pop(key, None)
        return 0
    return place
