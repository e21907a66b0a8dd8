"""Names of files: what may be one, and how one travels in a header."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from shared.values.findings import Wrong

MAX_LENGTH = 255
# Separators would make a path of it; control and direction characters show another name than
# the one that is stored (`exe.fdp` read backwards).
_SEPARATORS = set("/\\")
_UNPORTABLE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_QUOTED = re.compile(r'["%;]')
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def file_name(value: Any) -> str:
    """A name that a file can have on any system, in normal form C."""
    if not isinstance(value, str):
        raise Wrong("wrong_type", "Must be a text.")
    name = unicodedata.normalize("NFC", value)
    if not is_file_name(name):
        message = f"1 to {MAX_LENGTH} characters, without slashes and control characters."
        raise Wrong("not_a_file_name", message)
    return name


def is_file_name(text: str) -> bool:
    """Whether it can name a file on any system and shows as what it is."""
    return (
        0 < len(text) <= MAX_LENGTH
        and text.strip() == text
        and text not in {".", ".."}
        and not any(_is_unwelcome(character) for character in text)
    )


def _is_unwelcome(character: str) -> bool:
    return (
        character in _SEPARATORS
        or unicodedata.category(character) in _INVISIBLE
        or unicodedata.bidirectional(character) in _DIRECTIONS
    )


def portable(name: str) -> str:
    """With an underscore for each character that some system takes for something else."""
    return _UNPORTABLE.sub("_", name)


def attachment(file_name: str) -> str:
    """The `Content-Disposition` that saves a file under this name, in any script (RFC 6266)."""
    encoded = quote(file_name, safe="")
    return f"attachment; filename=\"{_plain(file_name)}\"; filename*=UTF-8''{encoded}"


def _plain(file_name: str) -> str:
    """What is left in ASCII, for readers that know nothing else."""
    folded = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode()
    stem, dot, extension = _QUOTED.sub("_", folded).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    return f"{stem if stem.strip(' ._') else 'document'}{dot}{extension}"
