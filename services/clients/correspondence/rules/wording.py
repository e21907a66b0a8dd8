"""Putting words into a wording: `{contact}` becomes who is written to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shared.errors import FieldError

_PLACE = re.compile(r"\{([^{}\n]*)\}")


def fill(wording: str, words: Mapping[str, str]) -> str:
    """The wording with the words in their places; a word never opens a place of its own."""
    return _PLACE.sub(lambda found: words[found[1]], wording)


def unknown_words(field: str, wording: str, words: Mapping[str, str]) -> Iterator[FieldError]:
    """The places of a wording that nothing belongs into."""
    for name in dict.fromkeys(_PLACE.findall(wording)):
        if name not in words:
            known = ", ".join(f"{{{each}}}" for each in words)
            message = f"There is no {{{name}}} here; there are {known}."
            yield FieldError(field, "unknown_word", message)
