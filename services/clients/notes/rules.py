"""Who may still change a note, and when something that is noted can have happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

#: What can be noted.
KINDS = ("note", "call", "meeting")
#: Notes of one client, and versions of one note.
MAX_NOTES = 10_000
MAX_VERSIONS = 100
#: How long an author may correct a note.
CORRECTED_WITHIN = timedelta(days=7)
#: A clock may be so far ahead of ours.
AHEAD = timedelta(minutes=5)


def may_correct(
    author: Mapping[str, Any], actor: Mapping[str, Any], written_at: datetime, moment: datetime
) -> bool:
    """Whether someone wrote a note themselves, and not too long ago."""
    is_author = all(author[key] == actor[key] for key in ("kind", "id"))
    return is_author and moment - written_at <= CORRECTED_WITHIN


def is_ahead(happened_at: datetime, moment: datetime) -> bool:
    """Whether it lies in the future, by more than clocks may differ."""
    return happened_at - moment > AHEAD
