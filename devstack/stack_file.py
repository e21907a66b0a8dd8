"""`stack.json`: where everything of a running stack is, for tools and tests.

It appears when the stack is ready, is rewritten in one step whenever a process was started
again, and goes when the stack stops. Mode 0600, as it holds passwords.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from devstack.data_folder import write_private


@dataclass
class StackFile:
    """Writes the file once the rest of its content is known; until then ids are only noted."""

    path: Path
    content: dict[str, Any] | None = None
    processes: dict[str, int] | None = None

    def publish(self, content: dict[str, Any]) -> None:
        """The stack is ready: write everything."""
        self.content = content
        self._write()

    def note(self, processes: dict[str, int]) -> None:
        """The running processes have changed."""
        self.processes = dict(processes)
        self._write()

    def remove(self) -> None:
        """The stack stops: nothing of it can be reached any more."""
        self.content = None
        self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        if self.content is not None:
            write_private(self.path, {**self.content, "processes": self.processes or {}})


def read_stack(path: Path) -> dict[str, Any] | None:
    """The content of a `stack.json`, or None if no stack is ready there."""
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return found
