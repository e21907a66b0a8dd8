"""A timeline as a file, written entry by entry: nothing of it is held."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from shared.values.formulas import guarded

_COLUMNS = (
    "id",
    "occurred_at",
    "actor_kind",
    "actor",
    "type",
    "summary",
    "changes",
    "source",
    "pos",
)
# By this mark spreadsheets know UTF-8.
_MARK = "\ufeff"

Entry = Mapping[str, Any]


def as_csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A heading and a line per entry; `changes` is JSON, and no cell is ever a formula."""
    yield (_MARK + _line(_COLUMNS)).encode()
    for entry in entries:
        yield _line([guarded(cell) for cell in _cells(entry)]).encode()


def as_json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Each entry as the timeline answers it, on a line of its own."""
    return (orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE) for entry in entries)


WRITERS: Mapping[str, Callable[[Iterable[Entry]], Iterator[bytes]]] = {
    "csv": as_csv,
    "jsonl": as_json_lines,
}
CONTENT_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


def _cells(entry: Entry) -> list[str]:
    actor = entry["actor"]
    changes = orjson.dumps(entry["changes"]).decode() if entry["changes"] else ""
    return [
        *(entry["id"], entry["occurred_at"], actor["kind"] or "", actor["name"] or ""),
        *(entry["type"], entry["summary"], changes, entry["source"], str(entry["pos"])),
    ]


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(cells)
    return written.getvalue()
