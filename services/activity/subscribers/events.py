"""What subscribers tell: what an operator did to one. The broker's address is not told."""

from __future__ import annotations

from typing import Any

from services.activity.subscribers.models import REMOVED, Subscriber
from shared.messaging.changes import change
from shared.messaging.envelope import Event


def subscriber_added(subscriber: Subscriber) -> Event:
    """A system is sent events from now on."""
    return _event(subscriber, "added", {})


def state_changed(subscriber: Subscriber, before: str) -> Event:
    """It was paused or resumed."""
    changes = [change("state", before, subscriber.state)]
    return _event(subscriber, "state_changed", {"changes": changes})


def replayed(subscriber: Subscriber) -> Event:
    """What was sent after a place is sent again."""
    return _event(subscriber, "replayed", {"after": subscriber.place})


def subscriber_removed(subscriber: Subscriber) -> Event:
    """It is no more; this is a version of its own."""
    return _event(subscriber, "removed", {}, REMOVED)


def _event(
    subscriber: Subscriber, participle: str, data: dict[str, Any], state: str | None = None
) -> Event:
    described = {
        "id": str(subscriber.id),
        "name": subscriber.name,
        "types": list(subscriber.types),
        "permissions": list(subscriber.permissions),
        "own_broker": subscriber.broker is not None,
        "state": state or subscriber.state,
        "version": subscriber.version,
    }
    return Event(
        type=f"activity.subscriber.{participle}.v1",
        subject=f"subscriber/{subscriber.id}",
        aggregate_version=subscriber.version,
        client_id=None,
        data={**data, "subscriber": described},
    )
