"""What may be shared with a contact, and where an invitation stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

PROJECTS: Final = "projects"
INVOICES: Final = "invoices"
DOCUMENTS: Final = "documents"
SCOPES: Final = (PROJECTS, INVOICES, DOCUMENTS)

PENDING: Final = "pending"
ACCEPTED: Final = "accepted"
EXPIRED: Final = "expired"
REVOKED: Final = "revoked"
STATES: Final = (PENDING, ACCEPTED, EXPIRED, REVOKED)

#: A report tells of projects and invoices, so it is for those who see both.
REPORTS: Final = frozenset({PROJECTS, INVOICES})


def in_order(scopes: Collection[str]) -> list[str]:
    """The scopes named, each once, in the order in which they are always told."""
    return [scope for scope in SCOPES if scope in scopes]


def state_at(state: str, expires_at: datetime, moment: datetime) -> str:
    """A pending invitation has expired at its moment, whether or not that was written down."""
    return EXPIRED if state == PENDING and expires_at <= moment else state
