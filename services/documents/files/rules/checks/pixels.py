"""How large a picture says that it is: opening one takes room for each of its pixels."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable

from services.documents.files.errors import TooManyPixels
from services.documents.files.rules.checks.kinds import GIF, JPEG, PNG, TIFF, WEBP, Kind

#: More than a large poster scanned finely.
MOST_PIXELS = 1_000_000_000
_JPEG_SCAN = 0xDA
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_TIFF_SHORT = 3


def refuse_too_large(kind: Kind, data: mmap.mmap) -> None:
    """Refuse a picture that whoever opens it would have to make room for."""
    measure = _SIZES.get(kind)
    try:
        width, height = measure(data) if measure is not None else (0, 0)
    except (struct.error, IndexError):
        return
    if width * height > MOST_PIXELS:
        raise TooManyPixels(f"It says that it measures {width} × {height}.")


def _png_size(data: mmap.mmap) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return int(width), int(height)


def _gif_size(data: mmap.mmap) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return int(width), int(height)


def _webp_size(data: mmap.mmap) -> tuple[int, int]:
    """Of an extended one; a plain one measures 16,383 at most either way."""
    if data[12:16] != b"VP8X":
        return 0, 0
    width, height = data[24:27], data[27:30]
    return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1


def _jpeg_size(data: mmap.mmap) -> tuple[int, int]:
    at = 2
    while data[at] == 0xFF and data[at + 1] != _JPEG_SCAN:
        if data[at + 1] in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return int(width), int(height)
        (length,) = struct.unpack_from(">H", data, at + 2)
        at += 2 + int(length)
    return 0, 0


def _tiff_size(data: mmap.mmap) -> tuple[int, int]:
    """By the first directory, whose entries are a tag, a type, a count and a value; of one with
    offsets of eight bytes nothing is known."""
    if data[2:4] not in (b"*\0", b"\0*"):
        return 0, 0
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (entries,) = struct.unpack_from(f"{order}H", data, at)
    sides = {256: 0, 257: 0}
    for entry in range(at + 2, at + 2 + 12 * int(entries), 12):
        tag, kind = struct.unpack_from(f"{order}HH", data, entry)
        if tag in sides:
            form = "H" if kind == _TIFF_SHORT else "I"
            (sides[tag],) = struct.unpack_from(f"{order}{form}", data, entry + 8)
    return sides[256], sides[257]


_SIZES: dict[Kind, Callable[[mmap.mmap], tuple[int, int]]] = {
    PNG: _png_size,
    JPEG: _jpeg_size,
    GIF: _gif_size,
    WEBP: _webp_size,
    TIFF: _tiff_size,
}
