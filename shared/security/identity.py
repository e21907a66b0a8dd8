"""Who is asking: a caller in a workspace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from shared.messaging.envelope import Actor


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller in a workspace with its permissions."""

    workspace_id: uuid.UUID
    actor: Actor
    permissions: frozenset[str]
