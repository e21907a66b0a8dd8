"""Word and Excel files of 1997 to 2003: OLE containers of named streams.

Streams are read from their beginning and only as far as needed, since a stream may be as
large as the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import olefile

from services.documents.files.errors import Encrypted, Macros, TypeMismatch
from services.documents.files.rules.checks.kinds import DOC, XLS, Kind

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACRO_STORAGES = {"macros", "vba", "_vba_project", "_vba_project_cur"}
_WORD = "worddocument"
# Where these are, nobody can read without a password, or a server that hands out rights.
_LOCKS = {"encryptedpackage", "drmcontent", "dataspaces"}
_EMBEDDED = {"worddocument", "workbook", "book", "powerpoint document", "package", "ole10native"}
_BEFORE_NAMES = "".join(map(chr, range(32)))
_WORKBOOKS = ("workbook", "book")

# The flags of a Word file stand at byte 10 of its main stream.
_WORD_FLAGS_AT, _WORD_ENCRYPTED = 10, 0x0100
# The records that begin an Excel stream: type and length, then the body.
_SHEET, _FILE_PASS, _EOF = 0x0085, 0x002F, 0x000A
_SHEET_KIND_AT, _MACRO_SHEET, _MODULE = 5, 1, 6
_HEAD_BYTES = 4 << 20


def is_ole(head: bytes) -> bool:
    """Whether a file that begins so is an OLE container."""
    return head.startswith(_MAGIC)


def recognise(file: BinaryIO) -> tuple[Kind | None, tuple[str, ...]]:
    """Word, Excel or None for any other container (mail, installers, slides), and marks.

    What is embedded stands in containers inside: it makes no kind.
    """
    try:
        with olefile.OleFileIO(file) as container:
            return _judge(container), _marks(container)
    except (OSError, ValueError, IndexError, RecursionError, struct.error) as error:
        raise TypeMismatch("The file begins like an Office file but is damaged.") from error


def _judge(container: Any) -> Kind | None:
    names = {_plain(part) for path in container.listdir(storages=True) for part in path}
    if names & _LOCKS:
        raise Encrypted("Remove the password and upload the file again.")
    if names & _MACRO_STORAGES:
        raise Macros("Save the file without macros and upload it again.")
    own = {entry.name.lower() for entry in container.root.kids}
    if _WORD in own:
        return _word(_head(container, _WORD))
    for name in _WORKBOOKS:
        if name in own:
            return _excel(_head(container, name))
    return None


def _plain(name: str) -> str:
    """Some names begin with a control character."""
    return str(name).lstrip(_BEFORE_NAMES).lower()


def _marks(container: Any) -> tuple[str, ...]:
    inside = {_plain(path[-1]) for path in container.listdir() if len(path) > 1}
    return ("embedded_files",) if inside & _EMBEDDED else ()


def _word(stream: bytes) -> Kind:
    (flags,) = struct.unpack_from("<H", stream, _WORD_FLAGS_AT)
    if flags & _WORD_ENCRYPTED:
        raise Encrypted("Remove the password and upload the file again.")
    return DOC


def _excel(stream: bytes) -> Kind:
    for kind, body in _records(stream):
        if kind == _FILE_PASS:
            raise Encrypted("Remove the password and upload the file again.")
        if kind == _SHEET and body[_SHEET_KIND_AT] in {_MACRO_SHEET, _MODULE}:
            raise Macros("Save the file without macros and upload it again.")
    return XLS


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of the workbook itself, up to its first end; sheets follow after it."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _head(container: Any, name: str) -> bytes:
    """The first bytes of a stream; short streams live apart and are read whole."""
    path = next(p for p in container.listdir() if [part.lower() for part in p] == [name])
    if container.get_size(path) < _HEAD_BYTES:
        return bytes(container.openstream(path).read())
    sector = _first_sector(container, name)
    found = bytearray()
    while len(found) < _HEAD_BYTES and sector < len(container.fat):
        found += container.getsect(sector)
        sector = container.fat[sector]
    return bytes(found)


def _first_sector(container: Any, name: str) -> int:
    kids = container.root.kids
    streams = (entry for entry in kids if entry.entry_type == olefile.STGTY_STREAM)
    return next(int(entry.isectStart) for entry in streams if entry.name.lower() == name)
