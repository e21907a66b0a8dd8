"""A table in a file: where its headings stand, what its columns are called, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from statistics import median_high
from typing import Any, Final, NamedTuple

from services.clients.transfer.errors import Unreadable

MAX_COLUMNS: Final = 300
MAX_ROWS: Final = 500_000
#: With those that are empty.
MAX_LINES: Final = 2_000_000
#: A cell is longer than any field's text, and not without bound.
MAX_CELL: Final = 100_000
#: Of all cells together.
MAX_TEXT: Final = 128 << 20
# Rows that are looked at for the headings.
_PEEKED = 50
_LONGEST_NAME = 60

#: What is wrong with a row as it stands in the file: the place of the cell (None: the row), a
#: stable code and a sentence.
Fault = tuple[int | None, str, str]


class Row(NamedTuple):
    """A row with its number as a spreadsheet shows it."""

    number: int
    cells: list[str]
    faults: Sequence[Fault] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """How a file is to be understood; None: as it seems to be meant."""

    sheet: str | None = None
    heading_row: int | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(slots=True)
class Table:
    """Columns, rows, and in `details` how the file was understood."""

    columns: list[str]
    rows: Iterator[Row]
    details: dict[str, Any] = field(default_factory=dict)


def cell_too_long(number: int) -> Unreadable:
    """Why a file with such a cell in a row is not read."""
    return Unreadable(
        "cell_too_long", f"A cell of row {number} has more than {MAX_CELL:,} characters."
    )


def table_of(rows: Iterator[Row], heading_row: int | None, details: dict[str, Any]) -> Table:
    """The table among rows; raises `Unreadable`, also while rows are read."""
    filled = (row for row in _counted(rows) if _filled(row))
    if heading_row is not None:
        filled = (row for row in filled if row.number >= heading_row)
    peeked = list(islice(filled, _PEEKED))
    if not peeked:
        raise Unreadable("empty", "There is nothing in the file, or nothing from that row on.")
    place = 0 if heading_row is not None else _place_of_headings(peeked)
    head, following = peeked[place], peeked[place + 1 :]
    columns = _columns(head.cells, max((_extent(row) for row in following), default=0))
    rest = chain(following, filled)
    return Table(columns, _fitted(rest, len(columns)), {**details, "heading_row": head.number})


def looks_like_table(rows: Iterator[Row]) -> bool:
    """Whether more than one of the first rows has more than one cell."""
    return sum(_filled(row) > 1 for row in islice(rows, _PEEKED)) > 1


def _counted(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, as long as they are not too many and neither a cell nor all of them together
    hold too much text."""
    text = 0
    for count, row in enumerate(rows, 1):
        if count > MAX_LINES:
            message = f"At most {MAX_LINES:,} rows, the empty ones among them."
            raise Unreadable("too_many_rows", message)
        lengths = [len(cell) for cell in row.cells]
        if max(lengths, default=0) > MAX_CELL:
            raise cell_too_long(row.number)
        text += sum(lengths)
        if text > MAX_TEXT:
            raise Unreadable("too_much_text", "The file holds too much text; cut it in two.")
        yield row


def _place_of_headings(rows: Sequence[Row]) -> int:
    """The first row with as many cells as what follows, or nearly; titles above have fewer."""
    for place, row in enumerate(rows[:-1]):
        usual = median_high(_filled(each) for each in rows[place + 1 :])
        if _filled(row) >= usual and (place == 0 or _are_names(row.cells)):
            return place
    for place, row in enumerate(rows[:-1]):
        if 2 * _filled(row) > median_high(_filled(each) for each in rows[place + 1 :]):
            return place
    return 0


def _are_names(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells if cell.strip()]
    are_words = all(
        len(text) <= _LONGEST_NAME and "@" not in text and not text[0].isdigit() for text in texts
    )
    return are_words and len({text.casefold() for text in texts}) == len(texts)


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell and not cell.isspace())


def _extent(row: Row) -> int:
    cells = row.cells
    return max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _columns(heads: Sequence[str], extent: int) -> list[str]:
    """The names of the columns, each one once; a column without a name has to hold something."""
    while len(heads) > extent and not heads[-1].strip():
        heads = heads[:-1]
    if len(heads) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", f"At most {MAX_COLUMNS}; these are {len(heads)}.")
    taken = {head.strip()[:200] for head in heads}
    names: list[str] = []
    for place, head in enumerate(heads, 1):
        name = head.strip()[:200] or f"Column {place}"
        names.append(name if name not in names else _other(name, place, {*taken, *names}))
    return names


def _other(name: str, place: int, taken: set[str]) -> str:
    while (other := f"{name} ({place})") in taken:
        place += 1
    return other


def _fitted(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise Unreadable("too_many_rows", f"At most {MAX_ROWS} rows; cut the file in two.")
        cells, faults = row.cells, row.faults
        if any(cell.strip() for cell in cells[width:]):
            faults = (*faults, (None, "extra_cells", _too_wide(len(cells), width)))
        yield Row(row.number, (cells + [""] * width)[:width], faults)


def _too_wide(cells: int, columns: int) -> str:
    return f"The row has {cells} cells, and there are {columns} headings: a comma may want quotes."
