"""What the clients service does with other services' events, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from services.clients.deletion import consumers as lifecycle
from shared.messaging.envelope import Envelope


def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Applying an envelope again changes nothing, and their order is of no matter."""
    lifecycle.apply(connection, envelopes)
