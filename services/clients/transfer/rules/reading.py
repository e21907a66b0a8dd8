"""Reading a file of a table, row by row."""

from __future__ import annotations

from typing import IO, Final

from services.clients.transfer.errors import Unreadable
from services.clients.transfer.rules.csv_files import read_csv
from services.clients.transfer.rules.tables import Choice, Table
from services.clients.transfer.rules.workbooks import read_workbook

#: Nothing is chosen.
AS_MEANT: Final = Choice()

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What people send for tables; some programs call a web page a workbook.
_NO_TABLES = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"\x1f\x8b",
    b"Rar!",
    b"{\\rtf",
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<svg", b"<workbook")


def read_table(file: IO[bytes], file_format: str, choice: Choice = AS_MEANT) -> Table:
    """The table of a seekable file; raises `Unreadable`, also while rows are read."""
    return read_workbook(file, choice) if file_format == "xlsx" else read_csv(file, choice)


def format_of(file_name: str, beginning: bytes) -> str:
    """`xlsx` or `csv`, by the bytes; raises `Unreadable` for what is neither."""
    if beginning.startswith(b"PK\x03\x04"):
        return "xlsx"
    if beginning.startswith(_OLE):
        raise _old_or_locked(file_name, beginning)
    text = beginning[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_MARKUP):
        raise Unreadable("no_table", "The file is a web page or XML; save it as .xlsx or CSV.")
    if beginning.startswith(_NO_TABLES):
        raise Unreadable("no_table", "The file is neither CSV nor an .xlsx workbook.")
    return "csv"


def _old_or_locked(file_name: str, beginning: bytes) -> Unreadable:
    if _ENCRYPTED in beginning or file_name.lower().endswith(".xlsx"):
        return Unreadable("encrypted", "Remove the password, and send the file again.")
    return Unreadable("old_workbook", "Save the workbook as .xlsx, and send that.")
