"""CSV and plain text, which no magic number tells from anything else."""

from __future__ import annotations

import codecs
import mmap
import re
from collections.abc import Iterator

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 4096
# A browser that is misled about the type takes these for a page; `<notes>` is none.
_MARKUP = re.compile(
    r"\s*<(?:[!?/]|(?:html|head|body|title|script|style|svg|iframe|img|table|div|a|p|form|object|"
    r"embed|link|meta|base|video|audio|math)\b)",
    re.IGNORECASE,
)
# The mark of UTF-32 begins with that of UTF-16.
_MARKED = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# What no text has, in whatever encoding of eight bits: control characters but for tab, line and
# page ends, and the escape by which some encodings change their alphabet.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_NUL = "\0"


def is_text(data: mmap.mmap) -> bool:
    """Whether it is a text in UTF-8, UTF-16 or UTF-32 with its mark, or any encoding of bytes,
    and does not begin like markup."""
    encoding = next((name for mark, name in _MARKED.items() if data[: len(mark)] == mark), None)
    if encoding is None:
        return not _begins_like_markup(data, "utf-8") and (
            _is_plain(data) or _decodes(data, "utf-8")
        )
    return not _begins_like_markup(data, encoding) and _decodes(data, encoding)


def _begins_like_markup(data: mmap.mmap, encoding: str) -> bool:
    head = data[:_HEAD_BYTES].decode(encoding, "replace").removeprefix("\ufeff")
    return _MARKUP.match(head) is not None


def _is_plain(data: mmap.mmap) -> bool:
    return not any(_CONTROL.search(piece) for piece in _pieces(data))


def _decodes(data: mmap.mmap, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        if any(_NUL in decoder.decode(piece) for piece in _pieces(data)):
            return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(data: mmap.mmap) -> Iterator[bytes]:
    for start in range(0, len(data), _CHUNK_BYTES):
        yield data[start : start + _CHUNK_BYTES]
        # What was read counts as this process's memory until it is let go of.
        data.madvise(mmap.MADV_DONTNEED, 0, start + _CHUNK_BYTES)
