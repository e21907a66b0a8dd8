"""PDF: pages, passwords, and what else may hide in the file.

Pages are counted by PDFium in a process of its own with little time, little memory and an
empty environment: the library is large, and the file comes from outside.
"""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

from services.documents.files.errors import Polyglot, TypeMismatch
from services.documents.files.rules.checks import pdf_probe, polyglots

_HEADER = b"%PDF-"
_END = b"%%EOF"
# Readers find the header within the first kilobyte.
_HEADER_WITHIN = 1024
_BLANK = b"\xef\xbb\xbf\0 \t\r\n"


def is_pdf(head: bytes) -> bool:
    """Whether a file that begins so is a PDF."""
    return head[:_HEADER_WITHIN].lstrip(_BLANK).startswith(_HEADER)


def begins_later(head: bytes) -> bool:
    """Whether its header stands behind something else, where readers still look for it."""
    return _HEADER in head[:_HEADER_WITHIN]


def examine(path: Path, data: mmap.mmap) -> tuple[int | None, tuple[str, ...]]:
    """Pages (None under a password) and marks; raises for a broken or a double file."""
    if data[:_HEADER_WITHIN].find(b"PK\x03\x04") >= 0:
        raise Polyglot("A ZIP archive begins inside the header of the PDF.")
    polyglots.refuse_markup_head(data)
    polyglots.refuse_trailing_zip(data)
    tail = _judge_tail(data)
    pages, *marks = _probe(path)
    if pages == "0":
        raise TypeMismatch("The PDF has no page.")
    if pages == pdf_probe.LOCKED:
        return None, (*tail, "password_protected")
    return int(pages), (*tail, *marks)


def _judge_tail(data: mmap.mmap) -> tuple[str, ...]:
    end = data.rfind(_END)
    return ("truncated",) if end < 0 else polyglots.judge_tail(data, end + len(_END))


def _probe(path: Path) -> list[str]:
    try:
        return subprocess.run(  # noqa: S603  # Our own script, on a path of our own making.
            [sys.executable, "-I", str(Path(pdf_probe.__file__)), str(path)],
            capture_output=True,
            env={},
            check=True,
            text=True,
        ).stdout.split()
    except subprocess.CalledProcessError as error:
        raise TypeMismatch("The file begins like a PDF but cannot be read as one.") from error
