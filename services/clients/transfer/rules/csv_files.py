"""Reading CSV in any common dress."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import IO, Final

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules.encodings import (
    STRAYS,
    Encoding,
    encoding_of,
    is_unstorable,
    shown,
)
from services.clients.transfer.rules.tables import (
    MAX_CELL,
    Choice,
    Fault,
    Row,
    Table,
    cell_too_long,
    table_of,
)
from shared.values.formulas import unguarded
from shared.values.text import count_controls

DELIMITERS: Final = (",", ";", "\t", "|")
_SNIFFED = 1 << 16
_LONGEST = 2 * MAX_CELL
# A text has next to no control character; of bytes at random they are one in nine.
_CONTROLS_IN = 20
# A line that names the delimiter to spreadsheets; it is no row.
_NAMED = re.compile('\ufeff?"?sep=(.)"?\\r?\\n?')
# A line behind the last: where it is found inside a cell, a quote was left open.
_BEHIND = "\x1e"


def read_csv(file: IO[bytes], choice: Choice) -> Table:
    """The table of a file; raises `Unreadable`, also while rows are read."""
    encoding = encoding_of(file) if choice.encoding is None else Encoding(choice.encoding)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding.name, errors=STRAYS, newline="")
    named = _NAMED.fullmatch(text.readline())
    text.seek(0)
    beginning = text.read(_SNIFFED)
    if count_controls(beginning) * _CONTROLS_IN > len(beginning):
        raise Unreadable("no_table", "The file is neither CSV nor an .xlsx workbook.")
    delimiter = choice.delimiter or (named[1] if named else _delimiter(beginning))
    text.seek(0)
    if named:
        text.readline()
    details = {
        "encoding": encoding.name,
        "encoding_sure": encoding.is_sure,
        "delimiter": delimiter,
    }
    return table_of(_rows(text, delimiter, encoding.name), choice.heading_row, details)


def _delimiter(beginning: str) -> str:
    """The one that cuts the first lines into the most columns of the same number."""
    return max(DELIMITERS, key=lambda mark: _fitness(beginning, mark))


def _fitness(beginning: str, mark: str) -> float:
    found: Counter[int] = Counter()
    with suppress(csv.Error):
        found.update(len(row) for row in islice(_cut(beginning, mark), 50) if row)
    width, rows = max(found.items(), key=lambda it: (it[1], it[0]), default=(1, 1))
    return 0.0 if width == 1 else width * rows / found.total()


def _cut(beginning: str, mark: str) -> Iterator[list[str]]:
    # The last line may end in the middle.
    lines = beginning.splitlines(keepends=True)
    return csv.reader(lines[:-1] if len(lines) > 1 else lines, delimiter=mark)


def _rows(text: IO[str], delimiter: str, encoding: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST)
    lines = _Lines(text)
    number = width = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
            if cells == [_BEHIND]:
                return
            width = width or len(cells)
            if cells and _swallows(cells, delimiter, width):
                raise _unclosed(number)
            yield _row(number, cells, encoding)
    except csv.Error as error:
        # What is longer than a line may be runs on over the ones that follow.
        is_one_line = len(lines.last) > _LONGEST
        raise (cell_too_long if is_one_line else _unclosed)(number + 1) from error


class _Lines:
    """The lines of a text and what stands behind it; `last` is the one that was read last."""

    def __init__(self, text: IO[str]) -> None:
        self._text = chain(text, [_BEHIND])
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.last = line
            yield line


def _swallows(cells: list[str], delimiter: str, width: int) -> bool:
    """Whether a quote was left open: the end of the file is in a cell, or whole rows are."""
    if cells[-1].endswith(_BEHIND):
        return True
    inner = [line for cell in cells if "\n" in cell for line in cell.splitlines()[1:-1]]
    return len(inner) > 1 and width > 2 and all(it.count(delimiter) == width - 1 for it in inner)


def _unclosed(number: int) -> Unreadable:
    return Unreadable("unclosed_quote", f"A quote opens in row {number} and is not closed there.")


def _row(number: int, cells: list[str], encoding: str) -> Row:
    faults: list[Fault] = [
        (place, "undecodable", f"The cell has bytes that are no {encoding} text.")
        for place, cell in enumerate(cells)
        if is_unstorable(cell)
    ]
    return Row(number, [unguarded(shown(cell)) for cell in cells], faults)
