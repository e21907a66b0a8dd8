"""Who is told of a workspace's events: webhooks with their delivery log, and subscribers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from clientele_client.calls import Calls
from clientele_client.shapes import (
    DeliveryPage,
    DeliveryWithEvent,
    Subscriber,
    Webhook,
    WebhookWithSecret,
)
from clientele_client.transport import keyed


class Connections(Calls):
    """Who is told of the workspace's events, as the holder of a token may arrange it."""

    def webhooks(self) -> list[Webhook]:
        """The workspace's webhooks, newest first: the first two hundred."""
        return cast(list[Webhook], self._json("GET", "/v1/webhooks?limit=200")["data"])

    def webhook(self, webhook_id: str) -> Webhook:
        """One webhook and how it does."""
        return cast(Webhook, self._json("GET", f"/v1/webhooks/{webhook_id}"))

    def add_webhook(self, body: Mapping[str, Any], key: str | None = None) -> WebhookWithSecret:
        """Post events to a `url`, of these `types`; the answer alone shows the secret."""
        return cast(WebhookWithSecret, self._json("POST", "/v1/webhooks", body, keyed(key)))

    def change_webhook(self, webhook_id: str, changes: Mapping[str, Any]) -> Webhook:
        """The webhook with another `url`, `types`, `ordered` or `description`."""
        return cast(Webhook, self._json("PATCH", f"/v1/webhooks/{webhook_id}", changes))

    def remove_webhook(self, webhook_id: str) -> None:
        """Remove it with its delivery log."""
        self._transport.send("DELETE", f"/v1/webhooks/{webhook_id}")

    def pause_webhook(self, webhook_id: str) -> Webhook:
        """Send nothing for now; its place is kept."""
        return cast(Webhook, self._json("POST", f"/v1/webhooks/{webhook_id}/pause"))

    def resume_webhook(self, webhook_id: str) -> Webhook:
        """Go on where it stood, whether it was paused, disabled or at rest."""
        return cast(Webhook, self._json("POST", f"/v1/webhooks/{webhook_id}/resume"))

    def rotate_secret(self, webhook_id: str, key: str | None = None) -> WebhookWithSecret:
        """A new secret; for 24 hours the one before signs as well."""
        path = f"/v1/webhooks/{webhook_id}/rotate-secret"
        return cast(WebhookWithSecret, self._json("POST", path, None, keyed(key)))

    def replay_webhook(self, webhook_id: str, after: str, key: str | None = None) -> Webhook:
        """Send all again that came after an event's id, a time, or a cursor of the feed."""
        path = f"/v1/webhooks/{webhook_id}/replay"
        return cast(Webhook, self._json("POST", path, {"after": after}, keyed(key)))

    def ping_webhook(self, webhook_id: str, key: str | None = None) -> str:
        """Send a test message, once; the id of its delivery."""
        found = self._json("POST", f"/v1/webhooks/{webhook_id}/ping", None, keyed(key))
        return str(found["delivery_id"])

    def delivery_page(self, webhook_id: str, **filters: Any) -> DeliveryPage:
        """The delivery log, newest first; `state`, `cursor`, `limit`."""
        path = f"/v1/webhooks/{webhook_id}/deliveries"
        return cast(DeliveryPage, self._transport.send("GET", path, params=filters).json())

    def delivery(self, webhook_id: str, delivery_id: str) -> DeliveryWithEvent:
        """One delivery with its last attempts, and the event as far as the caller may view it."""
        path = f"/v1/webhooks/{webhook_id}/deliveries/{delivery_id}"
        return cast(DeliveryWithEvent, self._json("GET", path))

    def resend(self, webhook_id: str, delivery_id: str, key: str | None = None) -> None:
        """Send one delivery again, under the same id."""
        path = f"/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend"
        self._transport.send("POST", path, headers=keyed(key))

    # --- subscribers: the firm's own Celery apps --------------------------------------------

    def subscribers(self) -> list[Subscriber]:
        """The workspace's subscribers, and how far each was told."""
        return cast(list[Subscriber], self._json("GET", "/v1/subscribers")["data"])

    def pause_subscriber(self, name: str) -> Subscriber:
        """Send nothing more for now; its place is kept."""
        return cast(Subscriber, self._json("POST", f"/v1/subscribers/{name}/pause"))

    def resume_subscriber(self, name: str) -> Subscriber:
        """Go on from its place, at once."""
        return cast(Subscriber, self._json("POST", f"/v1/subscribers/{name}/resume"))

    def replay_subscriber(
        self, name: str, after: str | None = None, key: str | None = None
    ) -> Subscriber:
        """Send again what came after a cursor of the feed; all that it offers without one."""
        body = {"after": after} if after else {}
        path = f"/v1/subscribers/{name}/replay"
        return cast(Subscriber, self._json("POST", path, body, keyed(key)))
