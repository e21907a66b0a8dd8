"""Events to send through the pipe: small, valid, of a workspace without clients."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from shared.messaging.envelope import Actor, Batch, Envelope, Event
from shared.messaging.outbox import Origin
from shared.runtime import Runtime

JO = Actor("user", "0190a000-0000-7000-8000-000000000001", "Jo Park")


def origin(workspace_id: uuid.UUID | None = None) -> Origin:
    """Where a test's events come from."""
    return Origin(workspace_id or uuid.uuid4(), JO, correlation_id="test")


def note(subject: str | None = None, version: int = 1) -> Event:
    """An event of the workspace itself: an API key was revoked."""
    key_id = uuid.uuid4()
    return Event(
        "clients.api_key.revoked.v1",
        subject or f"api_key/{key_id}",
        version,
        None,
        {"api_key": {"id": str(key_id), "name": "Key", "prefix": "ck_1", "permissions": []}},
    )


def publish(runtime: Runtime, where: Origin, events: Iterable[Event]) -> list[uuid.UUID]:
    """Commit the events, each in a transaction of its own; returns their ids."""
    made = []
    for event in events:
        with runtime.unit_of_work(where) as uow:
            made.append(uow.publish(event))
    return made


def batch(envelopes: list[Envelope], epoch: str | None = None) -> Batch:
    """A message of these envelopes."""
    return {
        "v": 1,
        "source": "/clients",
        "epoch": epoch or envelopes[0]["epoch"],
        "envelopes": envelopes,
    }
