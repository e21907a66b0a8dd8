"""Identifiers: UUID version 7, so that ids sort by the time they were made."""

from __future__ import annotations

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A new time-ordered id; made here because PostgreSQL 17 has no `uuidv7()`."""
    return uuid_utils.compat.uuid7()
