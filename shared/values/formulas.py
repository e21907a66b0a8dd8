"""Texts in a CSV that no spreadsheet takes for formulas, wherever it cuts them.

A spreadsheet of another country cuts at semicolons, and one that is misled about quotes at line
breaks; it looks past blanks, quotes and what is invisible, and takes full-width signs for signs.
"""

from __future__ import annotations

import re

from shared.values.text import UNSEEN

_SIGN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_UNSEEN = rf"[\s\"{UNSEEN}]*"
_FIRST = re.compile(rf"'*(?:[\t\r]|{_UNSEEN}'*{_SIGN})")
_WITHIN = re.compile(rf"([;\t\n\r]{_UNSEEN})('*{_SIGN})")
_GUARDED_WITHIN = re.compile(rf"([;\t\n\r]{_UNSEEN})'('*{_SIGN})")


def guarded(text: str) -> str:
    """The text with an apostrophe before whatever would begin a formula; `unguarded` undoes it."""
    within = _WITHIN.sub(r"\1'\2", text)
    return f"'{within}" if _FIRST.match(text) else within


def unguarded(text: str) -> str:
    """What was guarded; any other text as it is."""
    bare = text[1:] if text.startswith("'") and _FIRST.match(text) else text
    return _GUARDED_WITHIN.sub(r"\1\2", bare)
