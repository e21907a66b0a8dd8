"""Texts: any script, in normal form C, trimmed, without control characters."""

from __future__ import annotations

import csv
import re
from typing import Any
from unicodedata import category, normalize

from shared.values.findings import Check, Wrong

NAME_LENGTH = 200
WORD_LENGTH = 100
PROSE_LENGTH = 10_000
REASON_LENGTH = 1_000
#: Between the words of a list that stands in one text.
SEPARATOR = ";"

# U+2028 and U+2029 break lines as surely as a control character does. Format characters are
# kept: joiners hold emoji together and marks of direction belong to right-to-left names.
# What turns a whole line around is refused: by it a name passes for another.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e]")
#: What is drawn as nothing, within a class of a regular expression: Default_Ignorable_Code_Point
#: of Unicode's DerivedCoreProperties, and the blank of Braille.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANK = re.compile(f"[{UNSEEN}]")
_CONTROL_IN_PROSE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CONTROL_OF_ASCII = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def line(limit: int | None = None) -> Check:
    """A text on one line of at most `limit` characters; a blank one is None."""
    return lambda value: _checked(value, limit, _CONTROL)


def prose(limit: int) -> Check:
    """A text that may have several lines; a blank one is None."""
    return lambda value: _checked(value, limit, _CONTROL_IN_PROSE)


def visible(check: Check, code: str = "required") -> Check:
    """As the check, but something that a reader sees must stand there."""

    def checked(value: Any) -> str:
        text = check(value)
        if text is None:
            raise Wrong(code, "Must not be empty.")
        return str(text)

    return checked


def required_line(limit: int) -> Check:
    """As `line`, but something visible must stand there."""
    return visible(line(limit))


def words_of_a_list(most: int, limit: int) -> Check:
    """A list of texts on one line each; blank ones and repetitions fall out, order stays."""

    def check(value: Any) -> list[str]:
        if not isinstance(value, list):
            raise Wrong("wrong_type", "Must be a list of texts.")
        found = [_checked(item, limit, _CONTROL) for item in value]
        kept = list(dict.fromkeys(item for item in found if item))
        if len(kept) > most:
            raise Wrong("too_many", f"At most {most}; these are {len(kept)}.")
        return kept

    return check


def plain(value: Any) -> str:
    """The value as a trimmed text in normal form C; raises `Wrong` if it is no text."""
    if not isinstance(value, str):
        raise Wrong("wrong_type", "Must be a text.")
    return (value if value.isascii() else normalize("NFC", value)).strip()


def _checked(value: Any, limit: int | None, forbidden: re.Pattern[str]) -> str | None:
    text = plain(value)
    if forbidden.search(text):
        raise Wrong("control_character", "May not contain control characters.")
    if limit is not None and len(text) > limit:
        raise Wrong("too_long", f"At most {limit} characters; this has {len(text)}.")
    return text if _is_visible(text) else None


def _is_visible(text: str) -> bool:
    """Whether a reader sees anything: a name of zero-width characters alone is blank."""
    if text.isascii():
        return bool(text)
    return any(category(it)[0] not in "ZC" and not _BLANK.match(it) for it in text)


def count_controls(text: str) -> int:
    """How many control characters of ASCII it has, white space apart."""
    return len(_CONTROL_OF_ASCII.findall(text))


def separated(text: str) -> list[str]:
    """Words separated by semicolons; one with a semicolon in it stands in quotes."""
    try:
        reader = csv.reader([text], delimiter=SEPARATOR, skipinitialspace=True)
        return [item.strip() for row in reader for item in row if item.strip()]
    except csv.Error:
        return [text]
