"""Images: where they end, and whether anything else is in the file."""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.documents.files.errors import Polyglot
from services.documents.files.rules.checks import pixels, polyglots
from services.documents.files.rules.checks.kinds import GIF, JPEG, PNG, TIFF, WEBP, Kind

# In scan data FF is followed by 00 (a literal FF), a restart marker or fill bytes.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_END = 0xD9
_JPEG_BARE = {0x01, 0xD8}
_GIF_EXTENSION, _GIF_IMAGE, _GIF_END = 0x21, 0x2C, 0x3B
# A length or width field that opens a comment or an assignment: the file runs as a script.
_SCRIPT_FIELDS = {GIF: 6, JPEG: 4, WEBP: 4}
# TIFF: bytes of each type of value, those of whole numbers, the tags of blocks with their
# lengths (strips, tiles, free space, a thumbnail), and those of directories inside.
_TIFF_SIZES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_TIFF_FORMS = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_TIFF_BLOCKS = ((273, 279), (324, 325), (288, 289), (513, 514))
_TIFF_CHILDREN = frozenset({330, 34665, 34853, 40965})
_TIFF_KNOWN = frozenset({tag for pair in _TIFF_BLOCKS for tag in pair}) | _TIFF_CHILDREN
_TIFF_ELSEWHERE = -1
_MOST_DIRECTORIES, _MOST_VALUES = 10_000, 4_000_000


def examine(kind: Kind, data: mmap.mmap) -> tuple[str, ...]:
    """The marks of an image; raises `Polyglot` for one that is something else as well."""
    polyglots.refuse_trailing_zip(data)
    polyglots.refuse_markup_head(data)
    _refuse_script_field(kind, data)
    pixels.refuse_too_large(kind, data)
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


def is_big_tiff(head: bytes) -> bool:
    """Whether it begins as a TIFF with offsets of eight bytes, for more than four gigabytes."""
    return head[:4] in (b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True)
class _Tiff:
    """How a TIFF writes numbers: the order of bytes, and whether offsets have eight."""

    data: mmap.mmap
    order: str
    is_big: bool

    def read(self, form: str, at: int) -> tuple[int, ...]:
        """Whole numbers from a place on; raises `IndexError` for one behind the file, which has up
        to eight bytes and may be beyond what the reader takes."""
        if at > len(self.data):
            raise IndexError
        return struct.unpack_from(self.order + form, self.data, at)

    def directories(self) -> Iterator[tuple[int, list[tuple[int, list[int]]]]]:
        """Where each directory ends, and its tags with their values."""
        todo, seen = [self.read(*(("Q", 8) if self.is_big else ("I", 4)))[0]], set[int]()
        while todo and len(seen) < _MOST_DIRECTORIES:
            at = todo.pop()
            if at == 0 or at in seen:
                continue
            seen.add(at)
            end, tags = self._directory(at)
            todo += self.read(*(("Q", end - 8) if self.is_big else ("I", end - 4)))
            todo += [child for tag, values in tags if tag in _TIFF_CHILDREN for child in values]
            yield end, tags

    def _directory(self, at: int) -> tuple[int, list[tuple[int, list[int]]]]:
        head, size, offset = (8, 20, 8) if self.is_big else (2, 12, 4)
        (count,) = self.read("Q" if self.is_big else "H", at)
        if at + head + count * size > len(self.data):
            raise IndexError
        entries = range(at + head, at + head + count * size, size)
        return at + head + count * size + offset, [self._entry(entry) for entry in entries]

    def _entry(self, at: int) -> tuple[int, list[int]]:
        """A tag and its values; of those that are no whole numbers, where they end."""
        tag, kind, count = self.read("HHQ" if self.is_big else "HHI", at)
        room, place = (8, at + 12) if self.is_big else (4, at + 8)
        length = count * _TIFF_SIZES.get(kind, 1)
        if length > room:
            (place,) = self.read("Q" if self.is_big else "I", place)
        if place + length > len(self.data):
            raise IndexError
        form = _TIFF_FORMS.get(kind)
        if tag not in _TIFF_KNOWN or form is None or count > _MOST_VALUES:
            return _TIFF_ELSEWHERE, [place + length]
        return tag, list(self.read(f"{count}{form}", place))


def _tiff_end(data: mmap.mmap) -> int:
    end = 8
    for at, tags in _Tiff(
        data, "<" if data[:2] == b"II" else ">", is_big_tiff(data[:4])
    ).directories():
        by_tag = {tag: values for tag, values in tags if tag != _TIFF_ELSEWHERE}
        elsewhere = [place for tag, values in tags if tag == _TIFF_ELSEWHERE for place in values]
        blocks = (
            start + length
            for starts, lengths in _TIFF_BLOCKS
            for start, length in zip(by_tag.get(starts, ()), by_tag.get(lengths, ()), strict=False)
        )
        end = max(end, at, *elsewhere, *blocks)
    return end


_ENDS: dict[Kind, Callable[[mmap.mmap], int]] = {
    PNG: _png_end,
    JPEG: _jpeg_end,
    GIF: _gif_end,
    WEBP: _webp_end,
    TIFF: _tiff_end,
}
