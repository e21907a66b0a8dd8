"""What can go wrong when metrics are read."""

from __future__ import annotations

from shared.errors import NotFound


class ClientErased(NotFound):
    """The client was deleted, and its numbers with it."""

    code = "metrics.client_erased"
    title = "This client was deleted"
