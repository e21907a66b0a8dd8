"""The one log of a stack: every process's lines, each with its name in front."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import orjson

from shared.clock import now

# Two files of this size are kept; a stack that runs for months must not fill the disk.
MAX_BYTES = 16 * 1024 * 1024
_NAME_WIDTH = 17
_COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")
_BOOKKEEPING = {"process", "event", "level", "logger", "timestamp", "exception"}


def render(name: str, line: str) -> str:
    """A line as a person reads it: time, process, what happened, its facts as key=value.

    JSON lines are unfolded; anything else is shown as it came.
    """
    fact = _parse(line)
    if fact is None:
        return f"{_clock()} {name:<{_NAME_WIDTH}} {line}"
    level = str(fact.get("level", "info"))
    mark = "" if level in ("info", "debug") else f"{level.upper()} "
    facts = " ".join(f"{key}={value}" for key, value in fact.items() if key not in _BOOKKEEPING)
    clock = _clock(fact.get("timestamp"))
    said = " ".join(str(fact.get("event")).split())
    text = f"{clock} {name:<{_NAME_WIDTH}} {mark}{said} {facts}"
    trace = str(fact.get("exception") or "")
    return "\n".join([text.rstrip(), *trace.splitlines()])


def _parse(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        fact = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return fact if "event" in fact else None


def _clock(timestamp: object = None) -> str:
    if isinstance(timestamp, str):
        try:
            return datetime.fromisoformat(timestamp).astimezone().strftime("%H:%M:%S")
        except ValueError:
            pass
    return now().astimezone().strftime("%H:%M:%S")


class Log:
    """Writes to a file that is rotated by size and, in the foreground, to a stream too."""

    def __init__(self, file: Path, stream: TextIO | None) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._path = file
        self._file = file.open("a", encoding="utf-8", buffering=1)
        self._stream = stream
        self._colours: dict[str, str] | None = {} if _wants_colour(stream) else None
        self._recent: dict[str, list[str]] = {}

    def write(self, name: str, line: str) -> None:
        """Add one line of a process."""
        text = render(name, line)
        self._recent[name] = [*self._recent.get(name, [])[-11:], text]
        self._file.write(text + "\n")
        if self._file.tell() > MAX_BYTES:
            self._rotate()
        self._show(name, text)

    def last_lines(self, name: str) -> list[str]:
        """The newest lines of a process, oldest first: what it said before it died."""
        return self._recent.get(name, [])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_suffix(".1.log"))
        self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def _show(self, name: str, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(self._coloured(name, text) + "\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError):  # The reader has gone; the file goes on.
            self._stream = None

    def _coloured(self, name: str, text: str) -> str:
        if self._colours is None:
            return text
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        return text.replace(f" {name}", f" \033[{colour}m{name}\033[0m", 1)


def _wants_colour(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty() and "NO_COLOR" not in os.environ


def follow(
    file: Path, name: str | None, lines: int, *, forever: bool, out: TextIO = sys.stdout
) -> None:
    """Print the last lines of the log, of one process if named, and go on if `forever`."""
    with file.open(encoding="utf-8", errors="replace") as source:
        found = [line for line in source if _is_of(line, name)]
        out.writelines(found[-lines:])
        while forever:
            line = source.readline()
            if not line:
                out.flush()
                time.sleep(0.2)
            elif _is_of(line, name):
                out.write(line)


def _is_of(line: str, name: str | None) -> bool:
    if name is None:
        return True
    words = line.split(maxsplit=2)
    return len(words) > 1 and words[1] == name
