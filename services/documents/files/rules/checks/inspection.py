"""The verdict on a file: its kind, its pages and what a reader should know about it."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype

from services.documents.files.errors import TypeMismatch, UnsupportedType
from services.documents.files.rules.checks import images, office, ole, pdf, polyglots, texts
from services.documents.files.rules.checks.kinds import (
    BY_CONTENT_TYPE,
    BY_EXTENSION,
    CSV,
    DOCX,
    PDF,
    TEXT,
    TIFF,
    XLSX,
    Kind,
    extension_of,
)

_HEAD_BYTES = 8192
_TEXTS_OF_ANOTHER_KIND = ("application/rtf", "application/postscript")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A file that is taken. `marks` are warnings: `password_protected`, `trailing_data`,
    `leading_data`, `embedded_files`, `scripts`, `launch_actions`, `truncated`; `pages` is known for
    a PDF that can be opened."""

    content_type: str
    pages: int | None = None
    marks: tuple[str, ...] = ()


def inspect(path: Path, file_name: str) -> Verdict:
    """Check the file at `path` under the name it was given; raises a `Refused`."""
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        kind, found = _recognise(file, data, file_name)
        return _examine(_agreed(kind, file_name), found, path, data)


def _recognise(
    file: BinaryIO, data: mmap.mmap, file_name: str
) -> tuple[Kind | None, tuple[str, ...]]:
    """The kind of the bytes, None for one that is not taken, and marks found on the way."""
    head = data[:_HEAD_BYTES]
    if office.is_zip(head):
        return office.recognise(file, data)
    if ole.is_ole(head):
        return ole.recognise(file)
    if pdf.is_pdf(head):
        return PDF, ()
    return _recognise_more(head, data, file_name)


def _recognise_more(
    head: bytes, data: mmap.mmap, file_name: str
) -> tuple[Kind | None, tuple[str, ...]]:
    named = BY_EXTENSION.get(extension_of(file_name))
    guess = filetype.guess(head)
    # Two letters at its beginning make no picture of a text: BMW is none.
    is_marked = guess is not None and guess.mime in _TEXTS_OF_ANOTHER_KIND
    if named in {CSV, TEXT} and not is_marked and texts.is_text(data):
        return named, ()
    if guess is not None:
        return BY_CONTENT_TYPE.get(guess.mime), ()
    if named is PDF and pdf.begins_later(head):
        return PDF, ("leading_data",)
    return (TIFF if images.is_big_tiff(head) else None), ()


def _agreed(kind: Kind | None, file_name: str) -> Kind:
    """The kind that name and bytes agree on; raises unless they do."""
    extension = extension_of(file_name)
    named = BY_EXTENSION.get(extension)
    if kind is None and named is None:
        raise UnsupportedType(
            "PDF, PNG, JPEG, GIF, WebP, TIFF, DOC, DOCX, XLS, XLSX, CSV and TXT are accepted."
        )
    if kind is None or kind is not named:
        name = f"ends in .{extension}" if extension else "has no extension"
        content = "of another kind" if kind is None else kind.name
        raise TypeMismatch(f"The name {name}, but the content is {content}.")
    return kind


def _examine(kind: Kind, found: tuple[str, ...], path: Path, data: mmap.mmap) -> Verdict:
    if kind is PDF:
        pages, marks = pdf.examine(path, data)
        return Verdict(kind.content_type, pages, (*found, *marks))
    if kind.content_type.startswith("image/"):
        return Verdict(kind.content_type, None, images.examine(kind, data))
    if kind not in {DOCX, XLSX}:
        polyglots.refuse_trailing_zip(data)
    return Verdict(kind.content_type, None, found)
