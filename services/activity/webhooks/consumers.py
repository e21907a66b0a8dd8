"""What webhooks do with events as they arrive: they forget the clients that are erased.

Nothing is delivered from here: the feed is read once an event has its place in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from services.activity.webhooks.operations import erasing
from shared.messaging.envelope import Envelope
from shared.messaging.erasure import erasures


def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Take deleted clients out of the deliveries; applying it again changes nothing."""
    for erasure in erasures(envelopes):
        erasing.erase_client(connection, erasure)
