"""What can go wrong when the timeline is read."""

from __future__ import annotations

from shared.errors import NotFound


class ClientErased(NotFound):
    """The client was deleted, and its timeline with it."""

    code = "activity.client_erased"
    title = "This client was deleted"
