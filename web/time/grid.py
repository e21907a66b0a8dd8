"""A person's week as a table: rows of a project and a position, a cell for each day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from clientele_client.errors import FieldError
from clientele_client.shapes import TimeEntry, Week
from web.shell import formats
from web.shell.texts import gettext

_DAYS: Final = 7
_CLOCK: Final = re.compile(r"(\d{1,2}):([0-5]\d)")
_SENT: Final = re.compile(r"entries\[(\d+)\](?:\.(\w+))?")
_CELL: Final = re.compile(r"lines\[(\d+)\]\.(?:d(\d)|(\w+))")
_OF_THE_ROW: Final = frozenset({"project_id", "position", "note", "overtime"})


@dataclass(slots=True)
class Cell:
    """Hours of a day as they were typed; the entry they are, if they are one, and its invoice."""

    text: str = ""
    entry_id: str = ""
    invoice_id: str = ""
    overtime: str = ""

    @property
    def hours(self) -> Decimal:
        """What it counts for in the sums; nothing where it is no number."""
        try:
            return Decimal(as_hours(self.text) or 0)
        except InvalidOperation:
            return Decimal(0)


@dataclass(slots=True)
class Row:
    """Work of one kind: no cell of it has more than one entry."""

    project_id: str = ""
    position: str = ""
    note: str = ""
    overtime: bool = False
    cells: list[Cell] = field(default_factory=lambda: [Cell() for _ in range(_DAYS)])

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """What makes entries stand in one row."""
        return self.project_id, self.position, self.note, self.overtime

    @property
    def is_locked(self) -> bool:
        """Whether some of it is billed: then it stays what it is."""
        return any(cell.invoice_id for cell in self.cells)

    @property
    def hours(self) -> Decimal:
        """All of its days."""
        return sum((cell.hours for cell in self.cells), Decimal(0))


def as_hours(typed: str) -> str:
    """Hours as the API takes them: people write `7,5` and `7:30` for 7.5 too."""
    if clock := _CLOCK.fullmatch(typed.strip()):
        return f"{int(clock[1]) + Decimal(int(clock[2])) / 60:.2f}"
    return typed.strip().replace(",", ".")


def days_of(week: Week) -> list[date]:
    """Its seven days, from Monday."""
    return days_from(date.fromisoformat(week["starts_on"]))


def days_from(monday: date) -> list[date]:
    """The seven days of the week that begins so."""
    return [monday + timedelta(days=number) for number in range(_DAYS)]


def rows_typed(values: Mapping[str, Any]) -> list[Row]:
    """The rows of the form that was sent."""
    return [_typed(row) for row in values["lines"]]


def _typed(row: Mapping[str, Any]) -> Row:
    cells = [Cell(row.get(f"d{day}") or "", row.get(f"i{day}") or "") for day in range(_DAYS)]
    return Row(
        row.get("project_id") or "",
        row.get("position") or "",
        row.get("note") or "",
        overtime=bool(row.get("overtime")),
        cells=cells,
    )


def place(rows: list[Row], week: Week, entries: Iterable[TimeEntry]) -> None:
    """Put entries into the rows that they belong to, or into new ones."""
    monday = date.fromisoformat(week["starts_on"])
    for entry in entries:
        day = (date.fromisoformat(entry["date"]) - monday).days
        _row_for(rows, entry, day).cells[day] = Cell(
            entry["hours"],
            entry["id"],
            entry["invoice_id"] or "",
            entry["overtime_hours"] if Decimal(entry["overtime_hours"]) else "",
        )


def _row_for(rows: list[Row], entry: TimeEntry, day: int) -> Row:
    own = Row(
        entry["project_id"], entry["position"], entry["note"] or "", overtime=entry["overtime"]
    )
    for row in rows:
        if row.key == own.key and not row.cells[day].text and not row.cells[day].entry_id:
            return row
    rows.append(own)
    return own


def sent(rows: list[Row], days: list[date]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries that the rows say, each with the field it stands in; billed ones stay anyway."""
    for number, row in enumerate(rows):
        for day, cell in enumerate(row.cells):
            if cell.text.strip() and not cell.invoice_id:
                yield f"lines[{number}].d{day}", _entry(row, cell, days[day])


def _entry(row: Row, cell: Cell, day: date) -> dict[str, Any]:
    return {
        **({"id": cell.entry_id} if cell.entry_id else {}),
        "project_id": row.project_id or None,
        "position": row.position,
        "date": day.isoformat(),
        "hours": as_hours(cell.text),
        "overtime": row.overtime,
        "note": row.note or None,
    }


def at_their_cells(errors: Iterable[FieldError], places: list[str]) -> Iterator[FieldError]:
    """Errors of the entries that were sent, at the fields that they come from, each once."""
    marked = set()
    for error in errors:
        field_ = _SENT.sub(lambda it: _field(places[int(it[1])], it[2]), error.field)
        if field_ not in marked:
            marked.add(field_)
            yield FieldError(field_, error.code, error.message)


def _field(cell: str, part: str | None) -> str:
    return f"{cell.partition('.')[0]}.{part}" if part in _OF_THE_ROW else cell


def label_of(week: Week, path: str) -> str:
    """What a field is called: `lines[1].d0` is *Row 2, Monday*."""
    found = _CELL.fullmatch(path)
    if found is None:
        return path
    row = gettext("Row %(num)s", num=int(found[1]) + 1)
    if found[2]:
        return f"{row}, {formats.weekday(days_of(week)[int(found[2])])}"
    return f"{row}, {_part(found[3])}"


def _part(name: str) -> str:
    parts = {"project_id": gettext("project"), "position": gettext("position"),
             "note": gettext("note"), "overtime": gettext("overtime")}  # fmt: skip
    return parts.get(name, name)
