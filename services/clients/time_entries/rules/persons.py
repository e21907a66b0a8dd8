"""Who a time entry is of."""

from __future__ import annotations

import uuid

from shared.values.folding import fold


def user_meant(person: str) -> uuid.UUID | None:
    """The user whose id this is; None where it is a name."""
    try:
        return uuid.UUID(person) if len(person) == 36 else None
    except ValueError:
        return None


def key_of(person: str) -> str:
    """The same for the same person: the user's id, or the name as a reader would take it."""
    user_id = user_meant(person)
    return fold(person) if user_id is None else str(user_id)
