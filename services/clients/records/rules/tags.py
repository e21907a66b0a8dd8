"""Tags: short words that a client is filed under, whatever their capitals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.values.folding import fold
from shared.values.text import words_of_a_list

MAX_TAGS = 50
TAG_LENGTH = 50

# Repetitions count only once they are folded away, so many more may be sent than stay.
_sent = words_of_a_list(1_000, TAG_LENGTH)
_kept = words_of_a_list(MAX_TAGS, TAG_LENGTH)


def tags(value: Any) -> list[str]:
    """Tags as first written, each once; raises `Wrong` for more than fifty."""
    if value is None:
        return []
    by_key: dict[str, str] = {}
    for tag in _sent(value):
        by_key.setdefault(fold(tag), tag)
    found: list[str] = _kept(list(by_key.values()))
    return found


def without(held: Sequence[str], gone: Sequence[str]) -> list[str]:
    """The tags but those that are the same as one of the others."""
    keys = {fold(tag.strip()) for tag in gone}
    return [tag for tag in held if fold(tag) not in keys]
