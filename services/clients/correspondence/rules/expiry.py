"""When clients are told that a document of theirs expires."""

from __future__ import annotations

from datetime import date
from typing import Final

#: So many days before it expires at most; the nearest counts, so that one that comes late is
#: told of once.
STEPS: Final = (7, 30)


def step_of(expires_on: date, today: date) -> int | None:
    """The step that a document has reached; None before the first, and once it has expired."""
    left = (expires_on - today).days
    return next((step for step in STEPS if 0 <= left <= step), None)
