"""What an event says, as one value that is the same wherever the event is kept."""

from __future__ import annotations

_SAID = (
    *("workspace_id", "client_id", "type", "subject", "aggregate_version", "actor"),
    *("correlation_id", "causation_id", "traceparent", "data"),
)


def payload_hash(table: str) -> str:
    """SQL for the hash of everything an envelope says but its place.

    `table` is `events` or a producer's `event_log`, by the name it has in the statement.
    """
    said = ", ".join(f"{table}.{column}" for column in _SAID)
    listed = f"jsonb_build_array(extract(epoch FROM {table}.occurred_at), {said})"
    return f"sha256(convert_to(CAST({listed} AS text), 'UTF8'))"
