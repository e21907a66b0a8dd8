"""Folding: what is left of a text once accents, capitals and the like are overlooked."""

from __future__ import annotations

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

#: Counts the ways of folding there have been: words of an older one are made anew.
FOLDING = 2


def caseless(name: str) -> str:
    """The same for two names that differ in nothing but capitals and width; accents tell apart."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def fold(text: str) -> str:
    """The same for two texts that a reader would take for the same."""
    if text.isascii():
        return text.lower()
    spelled = text.casefold().translate(SPELLED)
    bare = "".join(c for c in normalize("NFKD", spelled) if not combining(c))
    return normalize("NFC", bare.casefold())
