"""The outbox: facts are written beside the change they tell of, in its transaction.

`append` is called by the unit of work alone; after commit it nudges the relay (`nudge`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, text

from shared.contracts.catalogue import validate_produced
from shared.db.pipelining import send
from shared.errors import Invalid
from shared.ids import uuid7
from shared.messaging.envelope import MAX_DATA_BYTES, Actor, Event


class EventTooLarge(Invalid):
    """The change cannot be told in one event; it is refused before anything is written."""

    code = "event_too_large"
    title = "This change is too large to be recorded in one event"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transaction's events come from: written on each of them."""

    workspace_id: uuid.UUID
    actor: Actor
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class PreparedEvent:
    """An event with its id and its data as the bytes that will be stored."""

    event_id: uuid.UUID
    event: Event
    data: str


_INSERT = text(
    """
    INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, aggregate_version,
                           occurred_at, actor, correlation_id, causation_id, traceparent, data)
    VALUES (:event_id, :workspace_id, :client_id, :type, :subject, :aggregate_version,
            coalesce(CAST(:occurred_at AS timestamptz), clock_timestamp()),
            CAST(:actor AS jsonb), :correlation_id, :causation_id, :traceparent,
            CAST(:data AS jsonb))
    """
)
# Several travel as one JSON value: a job of many rows writes hundreds at once.
_INSERT_MANY = text(
    """
    INSERT INTO event_log (event_id, workspace_id, client_id, type, subject, aggregate_version,
                           occurred_at, actor, correlation_id, causation_id, traceparent, data)
    SELECT e.event_id, :workspace_id, e.client_id, e.type, e.subject, e.aggregate_version,
           coalesce(e.occurred_at, clock_timestamp()), CAST(:actor AS jsonb), :correlation_id,
           :causation_id, :traceparent, e.data
    FROM ROWS FROM (jsonb_to_recordset(CAST(:events AS jsonb)) AS (
        event_id uuid, client_id uuid, type text, subject text, aggregate_version bigint,
        occurred_at timestamptz, data jsonb)) WITH ORDINALITY e
    ORDER BY e.ordinality
    """
)


def prepare(event: Event) -> PreparedEvent:
    """Hold the event against its contract and its size, and give it an id.

    Raises `ContractViolation` (a defect of ours) or `EventTooLarge` (422).
    """
    validate_produced(event.type, event.data)
    data = orjson.dumps(event.data)
    if len(data) > MAX_DATA_BYTES:
        raise EventTooLarge(
            f"The change takes {len(data)} bytes; {MAX_DATA_BYTES} is the most. "
            "Shorten texts or change fewer things at once."
        )
    return PreparedEvent(uuid7(), event, data.decode())


def append(connection: Connection, origin: Origin, events: Sequence[PreparedEvent]) -> None:
    """Insert the events, in order, into the log of the connection's database."""
    if len(events) == 1:
        whose = _columns(events[0])
        send(connection, _INSERT, {**_shared(origin), **whose, "data": events[0].data})
    elif events:
        listed = ",".join(map(_as_json, events))
        send(connection, _INSERT_MANY, {**_shared(origin), "events": f"[{listed}]"})


def _shared(origin: Origin) -> dict[str, Any]:
    return {
        "workspace_id": origin.workspace_id,
        "actor": orjson.dumps(origin.actor.as_dict()).decode(),
        "correlation_id": origin.correlation_id,
        "causation_id": origin.causation_id,
        "traceparent": origin.traceparent,
    }


def _columns(prepared: PreparedEvent) -> dict[str, Any]:
    event = prepared.event
    return {
        "event_id": prepared.event_id,
        "client_id": event.client_id,
        "type": event.type,
        "subject": event.subject,
        "aggregate_version": event.aggregate_version,
        "occurred_at": event.occurred_at,
    }


def _as_json(prepared: PreparedEvent) -> str:
    """The row as JSON; its data is JSON already and is put in as it is."""
    columns = orjson.dumps(_columns(prepared)).decode()
    return f'{columns[:-1]},"data":{prepared.data}}}'
