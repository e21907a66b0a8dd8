"""Where a reader of the feed stands, kept over restarts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class CursorStore(Protocol):
    """Keeps one reader's place."""

    def load(self) -> str | None:
        """The place, None at the very beginning."""

    def save(self, cursor: str) -> None:
        """Keep the place; called once everything before it has been handled."""


class CursorFile:
    """The place in a file, replaced as a whole: a crash leaves the old one or the new one."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def load(self) -> str | None:
        """The place, None where there is no file yet."""
        try:
            return self._path.read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None

    def save(self, cursor: str) -> None:
        """Keep the place, on the disk before this returns."""
        beside = self._path.with_name(f"{self._path.name}.new")
        with beside.open("w", encoding="ascii") as file:
            file.write(cursor)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
