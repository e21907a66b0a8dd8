"""Reading a file in a process of its own, whose memory and time are limited.

Whatever a file does to its reader, it does to that process.

The child is handed the file and no secret; it writes lines of JSON: the head of the table, rows by
the hundred, and how it ended. A line that is missing is a child that died of its limits.
"""

from __future__ import annotations

import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from itertools import islice
from typing import IO, Any, Final

import orjson

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules.reading import read_table
from services.clients.transfer.rules.tables import Choice, Table
from shared.process import die_with_parent

MEMORY_BYTES: Final = 768 << 20
CPU_SECONDS: Final = 120
#: After so much of it a file stands back behind all others, and behind whatever else runs here.
QUICK_SECONDS: Final = 1.0
STANDS_BACK: Final = 10
# Even one that is left open and forgotten comes to an end.
_LONGEST_SECONDS = 900
_ROWS_A_LINE = 100
# Lines that are read ahead: then the child waits.
_AHEAD = 20
_HANDED_ON = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH")
_TOO_MUCH = ("too_much", "Reading the file takes too much memory or time.")
_DAMAGED = ("unreadable", "The file is damaged, or of a kind that is not known here.")


class FileApart:
    """A file that a child reads; raises `Unreadable` where it cannot be read on."""

    def __init__(self, file: IO[bytes], file_format: str, choice: Mapping[str, Any]) -> None:
        file.seek(0)
        self._file = file
        self._child = subprocess.Popen(  # noqa: S603  # ourselves
            [sys.executable, "-m", __name__, file_format, orjson.dumps(choice).decode()],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
        )
        self._lines: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._closed = False
        self._pending: list[Any] = []
        self._ended = False
        self.head: Table | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def take(self, count: int, seconds: float) -> list[Any] | None:
        """The next rows, fewer only at the end; None where they are not there in time."""
        until = time.monotonic() + seconds
        while len(self._pending) < count and not self._ended:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            self._understand(line)
        taken, self._pending = self._pending[:count], self._pending[count:]
        return taken

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._closed = True
        self._child.kill()
        self._child.wait()
        self._file.close()

    def _understand(self, line: bytes) -> None:
        message: Any = orjson.loads(line) if line else {"error": self._why_it_died()}
        if isinstance(message, list):
            self._pending += message
        elif "error" in message:
            raise Unreadable(*message["error"])
        elif "columns" in message:
            self.head = Table(message["columns"], iter(()), message["details"])
        else:
            self._ended = True

    def _why_it_died(self) -> tuple[str, str]:
        """By a signal where it went beyond its limits, by an error where the file misled it."""
        return _TOO_MUCH if self._child.wait() < 0 else _DAMAGED

    def _listen(self) -> None:
        """Fill the queue; an empty line is the end of what the child says."""
        assert self._child.stdout is not None
        with self._child.stdout as said:
            for line in said:
                self._hand_over(line)
        self._hand_over(b"")

    def _hand_over(self, line: bytes) -> None:
        while not self._closed:
            try:
                self._lines.put(line, timeout=1)
            except queue.Full:
                continue
            return


def _limit() -> None:
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(_LONGEST_SECONDS)
    signal.signal(signal.SIGPROF, lambda *_: os.nice(STANDS_BACK) and None)
    signal.setitimer(signal.ITIMER_PROF, QUICK_SECONDS)


def _tell(said: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
    sys.stdout.buffer.flush()


def main(file_format: str, choice: str) -> None:
    """Read the file that the standard input is, as was chosen."""
    _limit()
    try:
        table = read_table(os.fdopen(0, "rb"), file_format, Choice(**orjson.loads(choice)))
        _tell({"columns": table.columns, "details": table.details})
        while rows := list(islice(table.rows, _ROWS_A_LINE)):
            _tell([tuple(row) for row in rows])
        _tell({"end": True})
    except Unreadable as error:
        _tell({"error": [error.code, error.message]})
    except MemoryError:
        _tell({"error": _TOO_MUCH})


if __name__ == "__main__":
    main(*sys.argv[1:])
