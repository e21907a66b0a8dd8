"""What the columns of a file of time mean, and a row as the body of an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.clients.transfer.rules.cells import read_flag
from services.clients.transfer.rules.mapping import (
    each_once,
    filled,
    folded,
    named_faults,
)
from services.clients.transfer.rules.notations import AS_TYPED, Notation
from services.clients.transfer.rules.tables import Row
from shared.errors import FieldError

#: Paths that say which project is meant: its id, or its code or name, among those of a client.
PROJECT_ID, PROJECT, CLIENT_CODE = "project_id", "project", "client_code"
#: What a column can stand for, with other names that people give it.
_ALIASES = {
    PROJECT_ID: (),
    CLIENT_CODE: ("client", "customer", "customer code"),
    PROJECT: ("project code", "project name", "job", "matter", "task"),
    "position": ("role", "service", "activity", "rate"),
    "person": ("name", "employee", "user", "worker", "staff", "consultant", "email"),
    "date": ("day", "spent on", "work date", "spent date"),
    "hours": ("time", "duration", "quantity", "h"),
    "overtime": ("ot",),
    "note": ("notes", "comment", "comments", "description"),
}
_NOTED = {"date": "date", "hours": "number"}
_READ: Mapping[str, Callable[[str], Any]] = {"overtime": read_flag}


def suggested_for_time(columns: Sequence[str]) -> dict[str, str]:
    """A guess at what the columns stand for; each path at most once."""
    known = {folded(name): path for path, names in _ALIASES.items() for name in (path, *names)}
    return each_once((column, known.get(folded(column))) for column in columns)


def time_mapping_errors(
    columns: Sequence[str], mapping: Mapping[str, str], constants: Mapping[str, str]
) -> Iterator[FieldError]:
    """What is wrong with a mapping from columns to paths and with constants by path."""
    for column, path in mapping.items():
        if column not in columns:
            yield FieldError(f"mapping.{column}", "unknown_column", "The file has no such column.")
        if path not in _ALIASES:
            yield FieldError(f"mapping.{column}", "unknown_path", f"No field is called {path}.")
    for path in constants:
        if path not in _ALIASES:
            yield FieldError(f"constants.{path}", "unknown_path", f"No field is called {path}.")
    targets = [*mapping.values(), *constants]
    for path in {path for path in targets if targets.count(path) > 1}:
        yield FieldError("mapping", "duplicate", f"{path} is given twice.")


@dataclass(frozen=True, slots=True)
class TimeReading:
    """Turns rows into bodies; an empty cell says nothing."""

    columns: Sequence[str]
    mapping: Mapping[str, str]
    constants: Mapping[str, str]
    notation: Notation = AS_TYPED

    def errors_of(self, row: Row) -> list[FieldError]:
        """What is wrong with the row as it stands in the file, where it is made use of."""
        return [*named_faults(row.faults, self.columns, self.mapping, self.constants)]

    def body_of(self, row: Sequence[str]) -> dict[str, Any]:
        """The body that a row says."""
        cells = dict(zip(self.columns, row, strict=True))
        typed = {path: filled(text, cells).strip() for path, text in self.constants.items()}
        typed |= {path: cells[column].strip() for column, path in self.mapping.items()}
        return {
            path: _READ.get(path, str)(self.notation.read(_NOTED.get(path), text))
            for path, text in typed.items()
            if text
        }

    def column_of(self, path: str) -> str | None:
        """The column in which what stands at a path was typed."""
        return next((column for column, each in self.mapping.items() if each == path), None)
