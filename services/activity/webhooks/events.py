"""What webhooks tell: what was done to one, by whom. It is told without its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.activity.webhooks.models import Webhook
from services.activity.webhooks.rules.urls import without_query
from shared.messaging.changes import Change, change, changes_between
from shared.messaging.envelope import Event

_FIELDS = ("description", "types", "ordered", "permissions")


def webhook_created(webhook: Webhook) -> Event:
    """Events are posted somewhere from now on."""
    return _event(webhook, "created", {})


def webhook_updated(webhook: Webhook, changes: list[Change]) -> Event:
    """Where events are posted, which of them, or what they may tell, has changed."""
    return _event(webhook, "updated", {"changes": changes})


def state_changed(webhook: Webhook, before: str) -> Event:
    """It was paused or resumed by someone, or disabled because its receiver is gone or fails."""
    changes = [change("state", before, webhook.state)]
    return _event(
        webhook, "state_changed", {"changes": changes, "reason": webhook.disabled_because}
    )


def secret_rotated(webhook: Webhook) -> Event:
    """It signs with a new secret."""
    return _event(webhook, "secret_rotated", {})


def replayed(webhook: Webhook, after: str) -> Event:
    """What was sent after a place is sent again."""
    return _event(webhook, "replayed", {"after": after})


def webhook_removed(webhook: Webhook) -> Event:
    """It is no more; this is a version of its own."""
    return _event(webhook, "removed", {})


def fields_of(webhook: Webhook) -> dict[str, Any]:
    """What of a webhook can be changed."""
    return {"url": webhook.url, **{name: getattr(webhook, name) for name in _FIELDS}}


def changes_of(webhook: Webhook, before: Mapping[str, Any]) -> list[Change]:
    """What differs from before. What a URL asks for may be a secret: only that it has changed
    is told of that."""
    found = changes_between(before, fields_of(webhook))
    return [_without_queries(each) if each["field"] == "url" else each for each in found]


def _without_queries(url: Change) -> Change:
    return change("url", without_query(url["before"]), without_query(url["after"]))


def _event(webhook: Webhook, participle: str, data: dict[str, Any]) -> Event:
    return Event(
        type=f"activity.webhook.{participle}.v1",
        subject=f"webhook/{webhook.id}",
        aggregate_version=webhook.version,
        client_id=None,
        data={**data, "webhook": _snapshot(webhook)},
    )


def _snapshot(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": str(webhook.id),
        "url": without_query(webhook.url),
        "description": webhook.description,
        "types": list(webhook.types),
        "ordered": webhook.ordered,
        "state": webhook.state,
        "version": webhook.version,
    }
