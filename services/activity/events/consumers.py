"""What the timeline does with events: it keeps every one, whatever its type."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from services.activity.events.operations import recording
from shared.messaging.envelope import Envelope
from shared.messaging.erasure import erasures, merges, remember_aliases


def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Put the envelopes on the timeline, in one statement whatever their number.

    A merge moves no entry: those of the other id are found by it when they are read.
    Applying an envelope again changes nothing, and their order is of no matter.
    """
    for merge in merges(envelopes):
        sources = [merge.source, *merge.followers]
        remember_aliases(connection, merge.workspace_id, sources, merge.target)
    for erasure in erasures(envelopes):
        recording.erase_client(connection, erasure)
    recording.record_events(connection, envelopes)
