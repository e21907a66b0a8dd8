"""Folding: what is left of a text once accents, capitals and the like are overlooked.

`anyascii` does more, and was held against this and left: what is stored would be folded otherwise
by its next release, it reads every script as one language does (Japanese names as Mandarin, Hindi
without its vowels), so that names alike by chance become one, and it takes eight times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import maxunicode
from unicodedata import combining, normalize

#: Latin letters that are no accented form of another letter, as one spells them without.
SPELLED = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ŋ": "ng",
    }
)

_ACCENTED = re.compile("([A-Za-z\u0370-\u03ff])[\u0300-\u036f]+")

#: Counts the ways of folding there have been, and of comparing tax numbers: words and keys of an
#: older one are made anew.
FOLDING = 4


def combining_ranges() -> Iterator[tuple[int, int]]:
    """The first and the last of each run of characters that folding leaves out."""
    first = None
    for code in range(maxunicode + 2):
        is_one = code <= maxunicode and combining(chr(code)) != 0
        if is_one and first is None:
            first = code
        elif not is_one and first is not None:
            yield first, code - 1
            first = None


def kept_by_lower() -> dict[str, str]:
    """Letters that stay as they are in small letters, and are folded to another one."""
    letters = map(chr, range(0xC0, maxunicode + 1))
    return {
        letter: letter.casefold()
        for letter in letters
        if letter == letter.lower() != letter.casefold() and len(letter.casefold()) == 1
    }


def caseless(name: str) -> str:
    """The same for two names that differ in nothing but capitals and width; accents tell apart."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def fold_spelling(text: str) -> str:
    """The same for two texts that are spelled alike: capitals, width, and the accents of Latin
    and Greek letters do not count, the marks of other scripts do."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTED.sub(r"\1", normalize("NFKD", text))
    return normalize("NFC", bare.casefold().translate(SPELLED))


def fold(text: str) -> str:
    """The same for two texts that a reader would take for the same."""
    if text.isascii():
        return text.lower()
    bare = "".join(part for part in normalize("NFKD", text) if not combining(part))
    return normalize("NFC", bare.casefold().translate(SPELLED))
