"""The kinds of file that are taken, by the names people give them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what it is called in HTTP and how its names end."""

    name: str
    content_type: str
    extensions: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument"

PDF = Kind("PDF", "application/pdf", ("pdf",))
PNG = Kind("PNG", "image/png", ("png",))
JPEG = Kind("JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
GIF = Kind("GIF", "image/gif", ("gif",))
WEBP = Kind("WebP", "image/webp", ("webp",))
TIFF = Kind("TIFF", "image/tiff", ("tif", "tiff"))
DOC = Kind("Word 97", "application/msword", ("doc",))
DOCX = Kind("Word", f"{_OFFICE}.wordprocessingml.document", ("docx",))
XLS = Kind("Excel 97", "application/vnd.ms-excel", ("xls",))
XLSX = Kind("Excel", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",))
CSV = Kind("CSV", "text/csv", ("csv",))
TEXT = Kind("plain text", "text/plain", ("txt", "text"))

KINDS = (PDF, PNG, JPEG, GIF, WEBP, TIFF, DOC, DOCX, XLS, XLSX, CSV, TEXT)
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}
BY_CONTENT_TYPE = {kind.content_type: kind for kind in KINDS} | {"image/apng": PNG}


def extension_of(file_name: str) -> str:
    """What follows the last dot, in lower case; empty if there is none."""
    stem, dot, extension = file_name.rpartition(".")
    return extension.lower() if dot and stem else ""
