"""Files that are two things at once: an image to the eye, an archive or a page to a machine."""

from __future__ import annotations

import mmap
import re
import struct

from services.documents.files.errors import Polyglot

_HEAD_BYTES = 4096
_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES = 22
_MAX_COMMENT = 65535
_ARCHIVES = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_MARKUP = re.compile(rb"<script|<html|<!doctype html|<svg|<iframe|<\?php", re.IGNORECASE)
_BLANK = b"\0 \t\r\n"


def refuse_markup_head(data: mmap.mmap) -> None:
    """Refuse a file whose beginning a browser could take for a page."""
    if _MARKUP.search(data[:_HEAD_BYTES]):
        raise Polyglot("The beginning of the file reads as a web page or a script.")


def refuse_trailing_zip(data: mmap.mmap) -> None:
    """Refuse a file of another kind that an unpacker opens by its end.

    An archive inside the file is another matter: old Excel files keep their theme in one.
    """
    if archive_end(data) == len(data):
        raise Polyglot("A ZIP archive is attached to the file.")


def archive_end(data: mmap.mmap) -> int:
    """Where the ZIP archive in a file ends, its comment included; 0 where there is none."""
    at = end_record(data)
    if at is None:
        return 0
    (comment,) = struct.unpack_from("<H", data, at + 20)
    return at + _END_RECORD_BYTES + int(comment)


def end_record(data: mmap.mmap) -> int | None:
    """Where a ZIP archive says what it holds: at its end, before a comment; None for no archive."""
    at = data.rfind(_END_RECORD, max(0, len(data) - _END_RECORD_BYTES - _MAX_COMMENT))
    return None if at < 0 or len(data) - at < _END_RECORD_BYTES else at


def judge_tail(data: mmap.mmap, end: int) -> tuple[str, ...]:
    """What lies past the file's own end: nothing, something harmless (marked), or a refusal."""
    if not _anything_past(data, end):
        return ()
    if any(data.find(signature, end) >= 0 for signature in _ARCHIVES):
        raise Polyglot("An archive is attached to the file.")
    if _MARKUP.search(data, end):
        raise Polyglot("A web page or a script is attached to the file.")
    return ("trailing_data",)


def _anything_past(data: mmap.mmap, end: int) -> bool:
    return any(
        data[start : start + _HEAD_BYTES].strip(_BLANK)
        for start in range(end, len(data), _HEAD_BYTES)
    )
