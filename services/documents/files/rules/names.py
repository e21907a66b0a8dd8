"""Names of files: what may be one, and how one travels in a header."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_LENGTH = 255
# Separators would make a path of it; control and direction characters show another name than
# the one that is stored (`exe.fdp` read backwards).
_SEPARATORS = set("/\\")
_QUOTED = re.compile(r'["%;]')
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


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
