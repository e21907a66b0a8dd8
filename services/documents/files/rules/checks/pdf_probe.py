"""Counts the pages of the PDF named on the command line, and tells what it brings beside them:
scripts, commands to start programs, other files. Run as a script, apart.

Prints the number, or `locked`, and marks. These are told by the names in its objects, those in
compressed streams of objects among them, however the names are written; what a page draws is not
looked at, as nothing there does anything. A file that is no PDF, takes too long or takes too much
memory ends it with an error.
"""

from __future__ import annotations

import re
import resource
import signal
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LOCKED = "locked"
_CPU_SECONDS = 10
_SECONDS = 15
_MEMORY_BYTES = 1 << 30

SCRIPTS: Final = "scripts"
LAUNCH: Final = "launch_actions"
EMBEDDED: Final = "embedded_files"

#: A longer file is judged by its beginning.
_MOST_BYTES: Final = 256 * 1024 * 1024
_MOST_INFLATED: Final = 16 * 1024 * 1024
_MARKS: Final = {
    b"JavaScript": SCRIPTS,
    b"JS": SCRIPTS,
    b"Launch": LAUNCH,
    b"EmbeddedFile": EMBEDDED,
    b"EmbeddedFiles": EMBEDDED,
    b"RichMedia": EMBEDDED,
}
_NAME: Final = re.compile(rb"/([A-Za-z0-9#]+)")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_END: Final = b"endstream"
# The dictionary of a stream, which says what it is, stands right before it.
_DICTIONARY_BYTES: Final = 1024


def main(path: str) -> str:
    """The page count as text, or `locked`, with marks after it; leaves the process with status 1
    otherwise."""
    # Left at its default, the alarm ends the process, in whatever code it is at that moment.
    signal.alarm(_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Loaded only once the limits hold.
    from pypdfium2 import raw

    raw.FPDF_InitLibrary()
    document = raw.FPDF_LoadDocument(path.encode(), None)
    if document:
        return " ".join([str(raw.FPDF_GetPageCount(document)), *_marks(path)])
    if raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
        return LOCKED
    sys.exit(1)


def _marks(path: str) -> list[str]:
    with Path(path).open("rb") as file:
        return marks_of(file.read(_MOST_BYTES))


def marks_of(data: bytes) -> list[str]:
    """The marks that a PDF of these bytes gets, each once."""
    found = {_MARKS[name] for part in _objects(data) for name in _names(part) if name in _MARKS}
    return sorted(found)


def _objects(data: bytes) -> Iterator[bytes]:
    """Everything but what streams hold, and of these the objects."""
    at = 0
    while (stream := _STREAM.search(data, at)) is not None:
        before = data[at : stream.start()]
        yield before
        end = data.find(_END, stream.end())
        if end < 0:
            return
        if b"ObjStm" in before[-_DICTIONARY_BYTES:]:
            yield _inflated(data[stream.end() : end])
        at = end + len(_END)
    yield data[at:]


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, _MOST_INFLATED)
    except zlib.error:
        return content


def _names(part: bytes) -> Iterator[bytes]:
    for name in _NAME.findall(part):
        yield _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name) if b"#" in name else name


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]))
