"""The confirmation of a deletion.

It is bound to the client, its version and everything that was counted. What other
services had counted stands in the note itself: when they do not answer later, a deletion
confirmed by what they said before still goes on.
"""

from __future__ import annotations

from datetime import datetime

from services.clients.deletion.models import Plan
from services.clients.values.confirmations import opened, sealed
from shared.security.crypto import Vault


def plan_note(vault: Vault, plan: Plan, expires_at: datetime) -> str:
    """The `confirm` of a plan."""
    return sealed(vault, expires_at, plan.own, plan.holdings.documents, plan.holdings.bytes)


def confirms(vault: Vault, plan: Plan, confirm: str | None) -> bool:
    """Whether the note is of this plan. Raises `NotConfirmed` without a note of ours."""
    note = opened(vault, confirm, plan.own)
    if note is None:
        return False
    shown = (note.documents, note.bytes)
    present = (plan.holdings.documents, plan.holdings.bytes)
    return None in shown or None in present or shown == present
