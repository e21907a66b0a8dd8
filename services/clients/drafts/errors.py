"""What can stand against a change of a draft."""

from __future__ import annotations

import uuid
from typing import Any

from shared.errors import Conflict, NotFound, PreconditionFailed, TooLarge


class DraftNotFound(NotFound):
    """No draft of this id in the workspace: it never was, was discarded, or has expired."""

    code = "clients.draft_not_found"
    title = "No such draft"


class DraftSubmitted(Conflict):
    """A client was made of the draft; it has the draft's id."""

    code = "clients.draft_submitted"
    title = "A client was made of this draft already"

    def __init__(self, client_id: uuid.UUID) -> None:
        super().__init__(f"It is /v1/clients/{client_id} now.", client_id=str(client_id))


class StaleDraft(PreconditionFailed):
    """The draft was saved since it was read: `theirs` is as it is now, `yours` was sent."""

    code = "clients.stale_draft"
    title = "The draft was saved since you read it"

    def __init__(self, version: int, theirs: Any, yours: Any) -> None:
        super().__init__(
            version,
            f"It is at version {version} now. Read it again and repeat your change.",
            version=version,
            theirs={"version": version, "steps": theirs},
            yours={"steps": yours},
        )


class DraftTooLarge(TooLarge):
    """More was typed than any client can have."""

    code = "clients.draft_too_large"
    title = "The draft holds too much"
