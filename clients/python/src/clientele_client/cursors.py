"""Where a reader of the feed keeps its place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Cursor(Protocol):
    """A place that outlives the process: a file, a row, whatever loads and saves."""

    def load(self) -> str | None:
        """The cursor that was saved last; None before the first."""

    def save(self, cursor: str) -> None:
        """Keep it; once this returns it is not forgotten."""


class CursorFile:
    """A cursor in a file, which is replaced as a whole: a crash leaves the old one or the new."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def load(self) -> str | None:
        """What the file holds; None where there is none."""
        return self._path.read_text(encoding="ascii") if self._path.exists() else None

    def save(self, cursor: str) -> None:
        """Write it to the disk, then put it in the place of the one before."""
        new = self._path.with_name(self._path.name + ".new")
        with new.open("w", encoding="ascii") as file:
            file.write(cursor)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
