"""What metrics do with events: projects and invoices are counted, deleted clients go."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from services.metrics.totals import operations, rules
from shared.messaging.envelope import Envelope
from shared.messaging.erasure import erasures, merges


def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Bring facts and totals up to what the envelopes say, in two statements whatever their number.

    Applying an envelope again changes nothing, and their order is of no matter. A batch in
    which nothing counts touches no table.
    """
    projects, invoices = rules.counted(envelopes)
    for merge in merges(envelopes):
        operations.merge_client(connection, merge)
    for erasure in erasures(envelopes):
        operations.erase_client(connection, erasure)
    if projects or invoices:
        operations.take_over(connection, projects, invoices)
        operations.write_totals(
            connection, sorted({fact["client_id"] for fact in projects + invoices})
        )
