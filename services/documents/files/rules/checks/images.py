"""Images: where they end, and whether anything else is in the file."""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Callable

from services.documents.files.errors import Polyglot
from services.documents.files.rules.checks import polyglots
from services.documents.files.rules.checks.kinds import GIF, JPEG, PNG, WEBP, Kind

# In scan data FF is followed by 00 (a literal FF), a restart marker or fill bytes.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_END = 0xD9
_JPEG_BARE = {0x01, 0xD8}
_GIF_EXTENSION, _GIF_IMAGE, _GIF_END = 0x21, 0x2C, 0x3B
# A length or width field that opens a comment or an assignment: the file runs as a script.
_SCRIPT_FIELDS = {GIF: 6, JPEG: 4, WEBP: 4}


def examine(kind: Kind, data: mmap.mmap) -> tuple[str, ...]:
    """The marks of an image; raises `Polyglot` for one that is something else as well."""
    polyglots.refuse_trailing_zip(data)
    polyglots.refuse_markup_head(data)
    _refuse_script_field(kind, data)
    find_end = _ENDS.get(kind)
    if find_end is None:
        return ()
    try:
        end = find_end(data)
    except (struct.error, IndexError):
        return ("truncated",)
    return ("truncated",) if end > len(data) else polyglots.judge_tail(data, end)


def _refuse_script_field(kind: Kind, data: mmap.mmap) -> None:
    at = _SCRIPT_FIELDS.get(kind)
    if at is None:
        return
    field = data[at : at + 2]
    if field == b"/*" or (kind is GIF and field[:1] == b"="):
        raise Polyglot("The header of the image reads as a script.")


def _png_end(data: mmap.mmap) -> int:
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        at += 12 + int(length)
        if name == b"IEND":
            return at


def _webp_end(data: mmap.mmap) -> int:
    (length,) = struct.unpack_from("<I", data, 4)
    return 8 + int(length) + int(length) % 2


def _jpeg_end(data: mmap.mmap) -> int:
    at = 2
    while True:
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            return len(data) + 1
        marker = data[found.start() + 1]
        at = found.end()
        if marker == _JPEG_END:
            return at
        if marker not in _JPEG_BARE:
            (length,) = struct.unpack_from(">H", data, at)
            at += int(length)


def _gif_end(data: mmap.mmap) -> int:
    at = 13 + _gif_colours(data[10])
    while True:
        block = data[at]
        if block == _GIF_END:
            return at + 1
        if block == _GIF_EXTENSION:
            at = _gif_past_blocks(data, at + 2)
        elif block == _GIF_IMAGE:
            at = _gif_past_blocks(data, at + 11 + _gif_colours(data[at + 9]))
        else:
            return at


def _gif_colours(flags: int) -> int:
    """Bytes of the colour table that a flag byte announces."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_past_blocks(data: mmap.mmap, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


_ENDS: dict[Kind, Callable[[mmap.mmap], int]] = {
    PNG: _png_end,
    JPEG: _jpeg_end,
    GIF: _gif_end,
    WEBP: _webp_end,
}
