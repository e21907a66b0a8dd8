"""Reading the sheets of an .xlsx workbook as a stream, its cells as they are shown.

Its own because of what it must not do: `openpyxl` refuses whole files for their looks, and
`python-calamine` tells neither a cell's number format nor an error, and holds the area of a sheet
in memory; both were measured (ADR 0029).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, ParseError, iterparse

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules import number_formats
from services.clients.transfer.rules.encodings import is_unstorable, shown
from services.clients.transfer.rules.tables import (
    Choice,
    Fault,
    Row,
    Table,
    looks_like_table,
    table_of,
)

#: The last row and column that a workbook may have; the place of a cell is only told, and may
#: be any number.
_LAST_ROW: Final = 1 << 20
_LAST_COLUMN: Final = 1 << 14
#: A workbook that unpacks to more than this is no table of clients.
_MAX_UNPACKED = 1 << 30
_NUMBER = re.compile("[0-9]+")
_BUILT_IN = {str(number): form for number, form in number_formats.BUILT_IN.items()}
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]*)")
_ESCAPE = re.compile("(?:_x[0-9A-Fa-f]{4}_)+")
# The names of all sheets are shown with the import; Excel's have 31 characters at most.
_MOST_SHEETS = 500
_LONGEST_NAME = 100
_DAMAGED = Unreadable("broken_workbook", "The workbook is damaged: it cannot be unpacked.")
_BROKEN = Unreadable("broken_workbook", "The file is no workbook that can be read.")
_OTHERS = {
    "mimetype": "The file is an OpenDocument table; save it as .xlsx, and send that.",
    "xl/workbook.bin": "The file is a binary workbook; save it as .xlsx, and send that.",
    "word/document.xml": "The file is a text of Word; a table is wanted.",
}


# A cell's text, and what is wrong with it: a code and a sentence.
_Shown = tuple[str, tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    is_visible: bool


def read_workbook(file: IO[bytes], choice: Choice) -> Table:
    """The table of the sheet that was chosen, else of the first that can be seen and has one;
    raises `Unreadable`, also while rows are read."""
    book = _guarded(lambda: _Workbook(file))
    sheet = book.chosen(choice.sheet)
    details = {"sheet": sheet.name, "sheets": [each.name for each in book.sheets]}
    return table_of(book.rows(sheet), choice.heading_row, details)


def _guarded(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise _DAMAGED from error
    except RuntimeError as error:
        raise Unreadable("encrypted", "Remove the password, and send the file again.") from error
    except (ParseError, KeyError, IndexError, ValueError) as error:
        raise _BROKEN from error


class _Workbook:
    """The parts of a workbook that its values stand in. Names of parts compare without case."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        self._archive = zipfile.ZipFile(file)
        entries = self._archive.infolist()
        if sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
            raise Unreadable("too_large", "The workbook unpacks to more than a gigabyte.")
        self._parts = {_plain(entry.filename): entry for entry in entries}
        main = self._related("", "/officeDocument") or ["xl/workbook.xml"]
        if main[0] not in self._parts or main[0] in _OTHERS:
            raise self._no_workbook()
        self._describe(main[0])

    def chosen(self, name: str | None) -> _Sheet:
        """The sheet of this name, or the first visible one with a table, or with anything."""
        if name is not None:
            found = [sheet for sheet in self.sheets if sheet.name == name]
            if not found:
                raise Unreadable("no_such_sheet", f"The workbook has no sheet called {name}.")
            return found[0]
        ordered = sorted(self.sheets, key=lambda sheet: not sheet.is_visible)
        tables = (it for it in ordered if it.is_visible and looks_like_table(self.rows(it)))
        filled = (it for it in ordered if any(map(_has_text, self.rows(it))))
        return next(tables, None) or next(filled, None) or ordered[0]

    def rows(self, sheet: _Sheet) -> Iterator[Row]:
        """The rows of a sheet in which anything stands."""
        found = self._rows(sheet.part)
        while (row := _guarded(lambda: next(found, None))) is not None:
            yield row

    def _no_workbook(self) -> Unreadable:
        messages = [message for part, message in _OTHERS.items() if part in self._parts]
        return Unreadable("no_workbook", (messages or ["The archive holds no workbook."])[0])

    def _describe(self, main: str) -> None:
        parts = self._targets(main)
        root = self._whole(main)
        self._from_1904 = any(
            each.get("date1904") in ("1", "true") for each in _named(root, "workbookPr")
        )
        self.sheets = [
            _Sheet(_name_of(each), parts[_relation(each)], each.get("state") in _SEEN)
            for each in _named(root, "sheet")
            if parts.get(_relation(each)) in self._parts
        ]
        if not self.sheets:
            raise self._no_workbook()
        if len(self.sheets) > _MOST_SHEETS:
            message = f"At most {_MOST_SHEETS} sheets; these are {len(self.sheets):,}."
            raise Unreadable("too_many_sheets", message)
        self._texts = [*self._shared_texts(main)]
        self._formats = self._cell_formats(main)

    def _open(self, part: str) -> IO[bytes]:
        return self._archive.open(self._parts[part])

    def _whole(self, part: str) -> Element:
        with self._open(part) as opened:
            events = _parsed(opened)
            root: Element = next(events)[1]
            for _ in events:
                pass
            return root

    def _relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        folder, name = posixpath.split(part)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed not in self._parts:
            return
        for each in self._whole(listed):
            target = posixpath.join("/", folder, each.get("Target", "").replace("\\", "/"))
            yield each.get("Id", ""), each.get("Type", ""), _plain(posixpath.normpath(target))

    def _targets(self, part: str) -> Mapping[str, str]:
        kinds = self._relations(part)
        return {name: target for name, kind, target in kinds if kind.endswith("/worksheet")}

    def _related(self, part: str, ending: str) -> list[str]:
        return [target for _, kind, target in self._relations(part) if kind.endswith(ending)]

    def _shared_texts(self, main: str) -> Iterator[str]:
        for part in self._related(main, "/sharedStrings"):
            if part in self._parts:
                with self._open(part) as opened:
                    yield from map(_text_of, _streamed(opened, "si"))

    def _cell_formats(self, main: str) -> Sequence[str]:
        """The number format of each style; looks that cannot be read are none."""
        try:
            root = self._whole(self._related(main, "/styles")[0])
            return _formats(root)
        except (ParseError, KeyError, IndexError, ValueError):
            return ()

    def _rows(self, part: str) -> Iterator[Row]:
        last = 0
        with self._open(part) as opened:
            for row in _streamed(opened, "row"):
                number = row.get("r", "")
                last = max(last + 1, int(number) if _NUMBER.fullmatch(number) else 0)
                if last > _LAST_ROW:
                    message = "A row stands beyond the last of a workbook."
                    raise Unreadable("too_many_rows", message)
                if len(row):
                    yield self._row(last, row)

    def _row(self, number: int, row: Element) -> Row:
        cells: list[str] = []
        faults: list[Fault] = []
        for cell in row:
            place = _column(cell.get("r"), len(cells))
            cells += [""] * (place + 1 - len(cells))
            text, fault = self._cell(cell)
            if fault is None and is_unstorable(text):
                fault = "undecodable", "The cell holds what is no character."
            cells[place] = shown(text)
            if fault is not None:
                faults.append((place, *fault))
        return Row(number, cells, faults)

    def _cell(self, cell: Element) -> _Shown:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_text_of(each) for each in cell if _local(each) == "is"), None
        typed = "".join(each.text or "" for each in cell if _local(each) == "v")
        if kind == "n" and typed:
            return self._number(cell, typed)
        return self._other(kind, typed)

    def _other(self, kind: str, typed: str) -> _Shown:
        if kind == "e":
            return typed, ("cell_error", f"The cell holds an error, {typed}.")
        if kind == "s" and typed:
            return self._texts[int(typed)], None
        if kind == "b":
            return {"1": "true", "0": "false"}.get(typed, typed), None
        return _unescaped(typed), None

    def _number(self, cell: Element, typed: str) -> _Shown:
        style = int(cell.get("s", "0"))
        code = self._formats[style] if style < len(self._formats) else "General"
        found = number_formats.shown(typed.strip(), code, from_1904=self._from_1904)
        if found is None:
            return typed, ("cell_error", "The cell holds what cannot be shown as it is to be.")
        return found, None


# Neither `hidden` nor `veryHidden`.
_SEEN = (None, "visible")


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _local(each: Element) -> str:
    return str(each.tag).rpartition("}")[2]


def _named(parent: Element, name: str) -> Iterator[Element]:
    """What is called so below, in whatever namespace: there are two of workbooks."""
    return (each for each in parent.iter() if _local(each) == name)


def _name_of(sheet: Element) -> str:
    return sheet.get("name", "")[:_LONGEST_NAME]


def _relation(sheet: Element) -> str:
    return next((id_ for name, id_ in sheet.items() if name.endswith("}id")), "")


def _streamed(opened: IO[bytes], name: str) -> Iterator[Element]:
    """Every element that is called so, of which nothing is left when the next is read."""
    above: list[Element] = []
    for event, each in _parsed(opened):
        if event == "start":
            above.append(each)
            continue
        above.pop()
        if _local(each) == name:
            yield each
            above[-1].clear()


def _parsed(opened: IO[bytes]) -> Iterator[tuple[str, Element]]:
    # Whatever the file does, it does to a process with limits.
    return iterparse(opened, ("start", "end"))  # noqa: S314


def _text_of(item: Element) -> str:
    """The text of an item, with its runs and without what is said of its pronunciation."""
    runs = [item, *(each for each in item if _local(each) == "r")]
    texts = (each.text or "" for run in runs for each in run if _local(each) == "t")
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """`_x000D_` stands for a character that XML cannot hold, `_x005F_` for an underscore."""
    if "_x" in text:
        text = _ESCAPE.sub(_escaped, text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _escaped(found: re.Match[str]) -> str:
    units = b"".join(int(unit, 16).to_bytes(2, "little") for unit in found[0][2:-1].split("__x"))
    return units.decode("utf-16-le", "surrogatepass")


def _column(place: str | None, following: int) -> int:
    found = _PLACE.fullmatch(place or "")
    if found is None:
        return following
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    if column > _LAST_COLUMN:
        raise Unreadable("too_many_columns", "A cell stands beyond the last column.")
    return column - 1


def _formats(root: Element) -> list[str]:
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in _named(root, "numFmt")}
    styles = [each for part in _named(root, "cellXfs") for each in part if _local(each) == "xf"]
    return [_format(each.get("numFmtId", "0"), own) for each in styles]


def _format(number: str, own: Mapping[str | None, str]) -> str:
    built_in = _BUILT_IN.get(number)
    return own.get(number) or built_in or "General"


def _has_text(row: Row) -> bool:
    return any(cell.strip() for cell in row.cells)
