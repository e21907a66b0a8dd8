"""CSV and plain text, which no magic number tells from anything else."""

from __future__ import annotations

import codecs
import mmap

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 4096


def is_text(data: mmap.mmap) -> bool:
    """Whether it is UTF-8 throughout, without NUL, and does not begin like markup."""
    return not _begins_like_markup(data) and _is_utf8(data)


def _begins_like_markup(data: mmap.mmap) -> bool:
    head = data[:_HEAD_BYTES].removeprefix(codecs.BOM_UTF8)
    return head.lstrip().startswith(b"<")


def _is_utf8(data: mmap.mmap) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            if "\0" in decoder.decode(data[start : start + _CHUNK_BYTES]):
                return False
            # What was read counts as this process's memory until it is let go of.
            data.madvise(mmap.MADV_DONTNEED, 0, start + _CHUNK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
