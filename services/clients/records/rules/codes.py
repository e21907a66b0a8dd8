"""Client codes: three letters, and which of them suit a name.

An order of suggestions ends only when all 17,576 codes have been offered, each once, and the
same name always gets the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import combinations
from string import ascii_uppercase
from typing import Any

from services.clients.values.legal_forms import telling_words
from services.clients.values.transliteration import latin_words
from shared.values.findings import Wrong
from shared.values.text import plain

_LETTERS = len(ascii_uppercase)
ALL_CODES = _LETTERS**3

_LETTERS_TRIED = 12


def client_code(value: Any) -> str | None:
    """Three letters A to Z in capitals; a blank one is None, to be chosen for the caller."""
    text = plain(value)
    if not text:
        return None
    # Before upper-casing: the capital of a dotless ı is an I.
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise Wrong("invalid_code", "Must be exactly three letters A to Z.")
    return text.upper()


class Suggestions:
    """All codes in the order in which they suit a name: Acme Machines → ACM, AMA, …

    `order` names the order: two names of one order are offered the same codes.
    """

    def __init__(self, name: str) -> None:
        words = telling_words(latin_words(name))
        self._named = list(dict.fromkeys(_from_words(words)))
        self._anchor = _anchor(words, name)
        self.order = " ".join(words) or str(self._anchor)

    def __iter__(self) -> Iterator[str]:
        return self.after(0)

    def after(self, place: int) -> Iterator[str]:
        """The codes from a place of the order on."""
        yield from self._named[place:]
        known = set(self._named)
        for index in range(max(place - len(known), 0), ALL_CODES):
            code = self._around(index)
            if code not in known:
                yield code

    def _around(self, index: int) -> str:
        """The codes of both letters of the anchor, then of its first, then the others."""
        first, rest = divmod(index, _LETTERS**2)
        places = (first + self._anchor[0], rest // _LETTERS + self._anchor[1], rest)
        return "".join(ascii_uppercase[place % _LETTERS] for place in places)


def suggestions(name: str) -> Iterator[str]:
    """All codes, the ones that suit the name best first."""
    return iter(Suggestions(name))


def _from_words(words: list[str]) -> Iterator[str]:
    if len(words) > 2:
        yield "".join(word[0] for word in words[:3])
    letters = "".join(words)
    yield from _three(letters[:3])
    if len(words) > 1:
        yield from _across(words[0], words[1])
    for picked in combinations(letters[:_LETTERS_TRIED], 3):
        if picked[0] == letters[0]:
            yield "".join(picked)


def _across(first: str, second: str) -> Iterator[str]:
    """From two words: `AMA` and `ACM` of Acme Machines."""
    yield from _three(first[0] + second[:2])
    yield from _three(first[:2] + second[0])
    yield from _three(first[:1] + first[1:][-1:] + second[0])


def _three(letters: str) -> Iterator[str]:
    if len(letters) == 3:
        yield letters


def _anchor(words: list[str], name: str) -> tuple[int, int]:
    """Where the walk over all codes begins: at the name's own letters, or, for a name that
    cannot be written in Latin letters, at a place its characters always lead to."""
    letters = "".join(words)
    if not letters:
        first, second = sha256(name.encode()).digest()[:2]
        return first % _LETTERS, second % _LETTERS
    second = ascii_uppercase.index(letters[1]) if len(letters) > 1 else 0
    return ascii_uppercase.index(letters[0]), second
