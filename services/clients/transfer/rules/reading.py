"""Reading a file of a table, row by row: CSV in any common dress, and workbooks."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from charset_normalizer import from_bytes
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules.cells import from_sheet
from shared.values.formulas import unguarded

MAX_COLUMNS = 300
MAX_ROWS = 500_000
#: The last row that a workbook may have; the place of a row is only told, and may be any number.
_LAST_ROW = 1 << 20
#: A cell is longer than any field's text, and not without bound.
MAX_CELL = 100_000
#: Of all cells together.
MAX_TEXT = 128 << 20
#: A workbook that unpacks to more than this is no table of clients.
_MAX_UNPACKED = 1 << 30
_SNIFFED_BYTES = 1 << 16
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = "cp1252"
#: What tables come in where they are neither Unicode nor Western.
_OTHERS = (
    "cp1251", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
# The right alphabet has letters where a wrong one has signs.
_NO_LETTER = re.compile(r"[^\w\s!-~]")
_FOREIGN = r"[^\W\d_A-Za-z\u00aa-\u036f]"
_FOREIGN_WORD = re.compile(rf"{_FOREIGN}+")
_MIXED_WORD = re.compile(rf"[A-Za-z](?={_FOREIGN})|{_FOREIGN}(?=[A-Za-z])")

Row = tuple[int, list[str]]


@dataclass(slots=True)
class Table:
    """A table in a file: its columns, its rows with their numbers as a spreadsheet shows
    them, and how it was understood."""

    columns: list[str]
    rows: Iterator[Row]
    details: dict[str, Any] = field(default_factory=dict)


def read_table(file: IO[bytes], file_format: str) -> Table:
    """The table of a seekable file; raises `Unreadable`, also while rows are read."""
    return _read_workbook(file) if file_format == "xlsx" else _read_csv(file)


def format_of(file_name: str, beginning: bytes) -> str:
    """`xlsx` or `csv`, by the bytes; raises `Unreadable` for the old binary workbooks."""
    if beginning.startswith(b"PK\x03\x04"):
        return "xlsx"
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("old_workbook", "Save the workbook as .xlsx, and send that.")
    return "csv"


def _read_csv(file: IO[bytes]) -> Table:
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    delimiter = _delimiter(text.read(_SNIFFED_BYTES))
    text.seek(0)
    rows = _csv_rows(text, delimiter)
    return _table(rows, {"encoding": encoding, "delimiter": delimiter})


def _encoding(file: IO[bytes]) -> str:
    """By its mark; else UTF-16 where every other byte is nothing, UTF-8 where it is valid, and
    what its letters look like where it is neither."""
    file.seek(0)
    beginning = file.read(_SNIFFED_BYTES)
    for mark, name in _BOMS:
        if beginning.startswith(mark):
            return name
    for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(beginning) > 3 and beginning[at::2].count(0) * 3 > len(beginning[at::2]):
            return name
    return "utf-8" if _is_utf8(file) else _guessed(beginning)


def _guessed(beginning: bytes) -> str:
    """A guess is believed where whole words are foreign: a Western text read as Cyrillic has
    foreign letters among Latin ones. Between two Latin alphabets nobody can tell, so it is the
    more frequent one."""
    lines = beginning.rpartition(b"\n")[0] or beginning
    guesses = from_bytes(lines, cp_isolation=[*_OTHERS, _WESTERN])
    best = min(guesses, key=lambda guess: len(_NO_LETTER.findall(str(guess))), default=None)
    if best is None or best.encoding == _WESTERN:
        return _WESTERN
    foreign, mixed = (len(words.findall(str(best))) for words in (_FOREIGN_WORD, _MIXED_WORD))
    return str(best.encoding) if foreign > 2 * mixed else _WESTERN


def _is_utf8(file: IO[bytes]) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(1 << 20):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(beginning: str) -> str:
    """The one that cuts the first lines into the most columns of the same number."""
    return max(_DELIMITERS, key=lambda mark: _fitness(beginning, mark))


def _fitness(beginning: str, mark: str) -> float:
    found: list[int] = []
    with suppress(csv.Error):
        found.extend(len(row) for row in islice(_cut(beginning, mark), 50) if row)
    if not found or found[0] == 1:
        return 0.0
    return found[0] * found.count(found[0]) / len(found)


def _cut(beginning: str, mark: str) -> Iterator[list[str]]:
    # The last line may end in the middle.
    lines = beginning.splitlines(keepends=True)
    return csv.reader(lines[:-1] if len(lines) > 1 else lines, delimiter=mark)


def _csv_rows(text: IO[str], delimiter: str) -> Iterator[Row]:
    try:
        for number, row in enumerate(csv.reader(text, delimiter=delimiter), 1):
            yield number, [unguarded(cell) for cell in row]
    except csv.Error as error:
        raise Unreadable("broken_csv", f"The file is no CSV: {error}.") from error


def _read_workbook(file: IO[bytes]) -> Table:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > _MAX_UNPACKED:
            raise Unreadable("too_large", "The workbook unpacks to more than a gigabyte.")
        file.seek(0)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        return _table(_sheet_rows(sheet), {"sheet": sheet.title})
    except _BROKEN as error:
        raise Unreadable("broken_workbook", "The file is no workbook that can be read.") from error


_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    IndexError,
    ValueError,
    OSError,
)


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > _LAST_ROW:
                raise Unreadable("too_many_rows", "A row stands beyond the last of a workbook.")
            yield number, [from_sheet(value) for value in row]
    except _BROKEN as error:
        raise Unreadable("broken_workbook", "The workbook breaks off in the middle.") from error


def _table(rows: Iterator[Row], details: dict[str, Any]) -> Table:
    counted = _counted(rows)
    filled = ((number, row) for number, row in counted if any(cell.strip() for cell in row))
    first = next(filled, None)
    if first is None:
        raise Unreadable("empty", "There is nothing in the file.")
    columns = _columns(first[1])
    return Table(columns, _fitted(filled, len(columns)), details)


def _counted(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, as long as no cell and not all of them together hold too much text."""
    text = 0
    for number, row in rows:
        lengths = [len(cell) for cell in row]
        if max(lengths, default=0) > MAX_CELL:
            message = f"A cell of row {number} has more than {MAX_CELL:,} characters."
            raise Unreadable("cell_too_long", message)
        text += sum(lengths)
        if text > MAX_TEXT:
            raise Unreadable("too_much_text", "The file holds too much text; cut it in two.")
        yield number, row


def _columns(heads: Sequence[str]) -> list[str]:
    """The names of the columns, each one once."""
    while heads and not heads[-1].strip():
        heads = heads[:-1]
    if len(heads) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", f"At most {MAX_COLUMNS}; these are {len(heads)}.")
    names: list[str] = []
    for place, head in enumerate(heads, 1):
        name = head.strip()[:200] or f"Column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names


def _fitted(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for count, (number, row) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise Unreadable("too_many_rows", f"At most {MAX_ROWS} rows; cut the file in two.")
        yield number, (row + [""] * width)[:width]
