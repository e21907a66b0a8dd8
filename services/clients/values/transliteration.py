"""A name's words in Latin capitals, as far as Unicode's own names tell."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import name as name_of
from unicodedata import normalize

from shared.values.folding import SPELLED

_ASCII_WORD = re.compile("[A-Z]+")
_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = re.compile("['’ʼ`]")
# A syllable's name is its sound; a letter's name begins with its sound, but for the six that
# Cyrillic calls by a vowel first.
_SYLLABLE = re.compile(r"(?:HIRAGANA LETTER|KATAKANA LETTER|HANGUL SYLLABLE) (?:SMALL )?([A-Z]+)")
_LETTER = re.compile(r"LETTER (?:FINAL )?(?:E(?=[FLMNRS]$))?([A-Z])")


def latin_words(name: str) -> list[str]:
    """The words of the name in capitals A to Z; a word that has no sound there falls out."""
    if name.isascii():
        return _ASCII_WORD.findall(name.replace("'", "").replace("`", "").upper())
    folded = _APOSTROPHES.sub("", name).casefold().translate(SPELLED)
    words = ("".join(map(_latin, word)) for word in _words(folded))
    return [word for word in words if word]


def _words(text: str) -> list[str]:
    """Split before the accents go, and join Hangul again after: it decomposes into letters."""
    stripped = "".join(c for c in normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    return _WORD.findall(normalize("NFKC", stripped))


@lru_cache(maxsize=1024)
def _latin(character: str) -> str:
    if character.isascii():
        return character.upper()
    called = name_of(character, "")
    sound = _SYLLABLE.match(called) or _LETTER.search(called)
    return sound.group(1) if sound else ""
