"""What deletion does with events: another service has erased its part of a deletion."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

from shared.messaging.envelope import Envelope

_ERASED = ".client.erased.v1"

_NOTE = text(
    """
    UPDATE deletion_parts AS p SET done_at = report."time", counts = report.counts
    FROM jsonb_to_recordset(CAST(:reports AS jsonb)) AS report(
        client_id uuid, service text, "time" timestamptz, counts jsonb)
    WHERE p.client_id = report.client_id AND p.service = report.service AND p.done_at IS NULL
    """
)


def apply(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """Note on the receipts what the others have erased; noting it again changes nothing."""
    reports = [_report(each) for each in envelopes if each["type"].endswith(_ERASED)]
    if reports:
        connection.execute(_NOTE, {"reports": orjson.dumps(reports).decode()})


def _report(envelope: Envelope) -> dict[str, object]:
    return {
        "client_id": envelope["client_id"],
        "service": envelope["source"].lstrip("/"),
        "time": envelope["time"],
        "counts": envelope["data"]["counts"],
    }
