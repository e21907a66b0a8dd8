"""Days and moments, as ISO 8601 and RFC 3339 write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from shared.errors import FieldError
from shared.values.findings import Wrong
from shared.values.text import plain

# The standard library reads other spellings too: 20261123, and 2026-W48-1.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"{_DAY.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}.*", re.DOTALL)


def day(value: Any) -> str | None:
    """A day as `2026-11-23`; a blank one is None."""
    text = plain(value)
    return as_date(text).isoformat() if text else None


def as_date(value: Any) -> date:
    """The day itself; raises `Wrong` if it is none."""
    text = plain(value)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Wrong("invalid_date", "Must be a day such as 2026-11-23.")


def as_moment(value: Any) -> datetime:
    """A moment with its offset; raises `Wrong` if it is none."""
    text = plain(value)
    try:
        found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        # At the ends of time another zone's clock may have no such moment.
        is_one = found is not None and found.astimezone(UTC).tzinfo is not None
    except (ValueError, OverflowError):
        is_one = False
    if not is_one or found is None or found.tzinfo is None:
        message = "Must be a moment with its offset, like 2026-01-31T12:00:00Z."
        raise Wrong("invalid_moment", message)
    return found


def order(first: date | None, last: date | None, field: str) -> Iterator[FieldError]:
    """An end does not lie before its beginning."""
    if first is not None and last is not None and last < first:
        yield FieldError(field, "before_start", f"Must not be before {first.isoformat()}.")
