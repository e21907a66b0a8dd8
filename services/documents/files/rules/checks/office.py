"""Word and Excel files of today: ZIP archives whose content types say what they are.

Only the list of entries and one small part are read; nothing is unpacked to disk. The caps
hold for what the archive announces, which is also all that a reader unpacks.
"""

from __future__ import annotations

import lzma
import mmap
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import BinaryIO
from xml.parsers import expat

from services.documents.files.errors import Encrypted, FileTooLarge, Macros, Polyglot, TypeMismatch
from services.documents.files.rules.checks.kinds import DOCX, XLSX, Kind
from services.documents.files.rules.checks.polyglots import archive_end, end_record, judge_tail

_LOCAL_HEADER = b"PK\x03\x04"

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 2 << 30
MAX_RATIO = 200
# Small sheets of one repeated value compress far better than any large honest file.
_RATIO_FROM_BYTES = 64 << 20

# What the archive module raises for bytes that are none, besides its own error.
_DAMAGED = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    EOFError,
    OSError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)

_TYPES_PART = "[content_types].xml"
_MAX_TYPES_BYTES = 4 << 20
_MAIN_TYPES = {
    f"{DOCX.content_type}.main+xml": DOCX,
    f"{XLSX.content_type}.main+xml": XLSX,
}
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet")
_MACRO_NAMES = ("vbaproject.bin", "/macrosheets/")
_OTHER_ARCHIVES = ("meta-inf/manifest.mf", "androidmanifest.xml", "classes.dex")


def is_zip(head: bytes) -> bool:
    """Whether a file that begins so is a ZIP archive."""
    return head.startswith(_LOCAL_HEADER)


def recognise(file: BinaryIO, data: mmap.mmap) -> tuple[Kind | None, tuple[str, ...]]:
    """Word, Excel or None for any other archive, and marks; raises a `Refused`."""
    _refuse_many_entries(data)
    try:
        with zipfile.ZipFile(file) as archive:
            kind, marks = _judge(archive, len(data))
    except _DAMAGED as error:
        raise TypeMismatch("The file begins like an archive but is damaged.") from error
    return kind, (*marks, *(judge_tail(data, archive_end(data)) if kind else ()))


def _refuse_many_entries(data: mmap.mmap) -> None:
    """Before the list is read: each entry of it would take memory."""
    at = end_record(data)
    if at is None:
        raise TypeMismatch("The file begins like an archive but has no end.")
    (count,) = struct.unpack_from("<H", data, at + 10)
    if count > MAX_ENTRIES:
        raise FileTooLarge(f"An Office file may hold {MAX_ENTRIES} parts at most.")


def _judge(archive: zipfile.ZipFile, size: int) -> tuple[Kind | None, tuple[str, ...]]:
    entries = archive.infolist()
    names = [_plain(entry.filename) for entry in entries]
    if _TYPES_PART not in names:
        return None, ()
    _refuse_bomb(entries, size)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Encrypted("Remove the password and upload the file again.")
    _refuse_second_nature(archive, entries, names, size)
    declared = _declared_types(archive)
    _refuse_macros(names, declared)
    return _main_kind(declared), _embedded(names)


def _plain(name: str) -> str:
    """Names of parts compare without case, and some programs write the other slash."""
    return name.replace("\\", "/").lower()


def _refuse_bomb(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = unpacked > _RATIO_FROM_BYTES and unpacked > MAX_RATIO * size
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise FileTooLarge(f"The file would unpack to {unpacked} bytes.")
    if sum(entry.compress_size for entry in entries) > size:
        raise FileTooLarge("Parts of the archive overlap, as in a decompression bomb.")


def _refuse_second_nature(
    archive: zipfile.ZipFile,
    entries: Sequence[zipfile.ZipInfo],
    names: Sequence[str],
    size: int,
) -> None:
    """An Office file begins with its first part and ends with its list of parts."""
    if min(entry.header_offset for entry in entries) != 0:
        raise Polyglot("Something stands in front of the Office file.")
    if archive.comment or archive.start_dir >= size:
        raise Polyglot("Something is attached to the Office file.")
    if any(name in _OTHER_ARCHIVES for name in names):
        raise Polyglot("The Office file is a program archive as well.")


def _declared_types(archive: zipfile.ZipFile) -> set[str]:
    """Every content type the archive declares, in lower case."""
    info = next(it for it in archive.infolist() if _plain(it.filename) == _TYPES_PART)
    if info.file_size > _MAX_TYPES_BYTES:
        raise TypeMismatch("The list of content types is not one of an Office file.")
    found: set[str] = set()

    def start(_name: str, attributes: dict[str, str]) -> None:
        found.add(attributes.get("ContentType", "").lower())

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(archive.read(info), True)
    except expat.ExpatError as error:
        raise TypeMismatch("The list of content types cannot be read.") from error
    return found


def _refuse_doctype(*_declaration: object) -> None:
    # Entities are how a small XML file grows without bound; Office files declare none.
    raise TypeMismatch("The list of content types declares entities.")


def _refuse_macros(names: Sequence[str], declared: set[str]) -> None:
    by_name = any(mark in f"/{name}" for name in names for mark in _MACRO_NAMES)
    if by_name or any(mark in kind for kind in declared for mark in _MACRO_TYPES):
        raise Macros("Save the file without macros and upload it again.")


def _main_kind(declared: set[str]) -> Kind | None:
    kinds = {kind for main, kind in _MAIN_TYPES.items() if main in declared}
    if len(kinds) > 1:
        raise Polyglot("The file is a document and a workbook at once.")
    return kinds.pop() if kinds else None


def _embedded(names: Sequence[str]) -> tuple[str, ...]:
    return ("embedded_files",) if any("/embeddings/" in name for name in names) else ()
