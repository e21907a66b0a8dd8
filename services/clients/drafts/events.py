"""The only fact that is announced of a draft."""

from __future__ import annotations

import uuid

from shared.messaging.envelope import Event


def draft_discarded(draft_id: uuid.UUID, reason: str) -> Event:
    """A draft was thrown away or has expired: the only event that a draft has."""
    data = {"draft": {"id": str(draft_id)}, "reason": reason}
    return Event("clients.draft.discarded.v1", f"draft/{draft_id}", 1, draft_id, data)
