"""Webhooks over HTTP: what may be sent, and how they and their deliveries look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate
from webargs.fields import DelimitedList

from services.activity.webhooks.models import STATES, Delivery, Webhook
from services.activity.webhooks.rules.urls import MOST_CHARACTERS
from shared.clock import rfc3339
from shared.http.fields import line, required_line
from shared.http.schemas import PageQuery, StrictSchema, page_of

_MOST_PATTERNS = 50
_PATTERN = validate.Regexp(
    r"\A([a-z0-9_.]+|[a-z0-9_.]*\*)\Z",
    error="Use an event type, or the beginning of one with a star: clients.client.*",
)


def _url(**more: Any) -> fields.Field[str]:
    return required_line(MOST_CHARACTERS, examples=["https://erp.example.com/hooks"], **more)


def _types(**more: Any) -> fields.List[str]:
    metadata = {"examples": [["clients.*"]]}
    return fields.List(
        fields.String(validate=_PATTERN),
        validate=validate.Length(min=1, max=_MOST_PATTERNS),
        metadata=metadata,
        **more,
    )


class WebhookBody(StrictSchema):
    """A new webhook."""

    url = _url(required=True)
    types = _types(required=True)
    ordered = fields.Boolean(load_default=True)
    description = line(200, load_default=None)


class WebhookChanges(StrictSchema):
    """What is to change; the rest stays."""

    url = _url()
    types = _types()
    ordered = fields.Boolean()
    description = line(200)


class ReplayBody(StrictSchema):
    """From where on everything is sent again."""

    after = required_line(
        1000,
        required=True,
        description="An event's id (a `webhook-id`), a time, or a feed's cursor.",
    )


class DeliveriesQuery(PageQuery):
    """A page of the delivery log, newest first."""

    state = DelimitedList(fields.String(validate=validate.OneOf(STATES)))


class WebhookView(Schema):
    """A webhook and how it does."""

    id = fields.UUID()
    url = fields.String()
    description = fields.String(allow_none=True)
    types = fields.List(fields.String())
    ordered = fields.Boolean()
    state = fields.String(validate=validate.OneOf(["active", "paused", "disabled"]))
    disabled_because = fields.String(
        allow_none=True, validate=validate.OneOf(["gone", "failing", None])
    )
    failing_since = fields.DateTime(allow_none=True)
    rests_until = fields.DateTime(allow_none=True)
    previous_secret_until = fields.DateTime(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class WebhookWithSecret(WebhookView):
    """A webhook with its secret, which is shown this once."""

    secret = fields.String()


WebhookPage = page_of(WebhookView, "WebhookPage")


class AttemptView(Schema):
    """One attempt: a status and the start of the response, or why there was none."""

    at = fields.DateTime()
    duration_ms = fields.Integer()
    status = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)
    response = fields.String(allow_none=True)


class DeliveryView(Schema):
    """One event for one webhook, with its last attempts, oldest first."""

    id = fields.UUID()
    event_id = fields.UUID()
    type = fields.String()
    client_id = fields.UUID(allow_none=True)
    state = fields.String(validate=validate.OneOf(STATES))
    tries = fields.Integer()
    next_attempt_at = fields.DateTime(allow_none=True)
    attempts = fields.List(fields.Nested(AttemptView))
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


class DeliveryWithEvent(DeliveryView):
    """A delivery with what is sent: None to whoever may not view it, and of a ping."""

    event = fields.Dict(allow_none=True)


DeliveryPage = page_of(DeliveryView, "DeliveryPage")


class DeliveryAsked(Schema):
    """A delivery that a dispatcher will see to at once."""

    delivery_id = fields.UUID()


def present(webhook: Webhook, secret: str | None = None) -> dict[str, Any]:
    """A webhook as callers see it, with its secret where it was just made."""
    shown = {
        "id": str(webhook.id),
        "url": webhook.url,
        "description": webhook.description,
        "types": list(webhook.types),
        "ordered": webhook.ordered,
        "state": webhook.state,
        "disabled_because": webhook.disabled_because,
        "failing_since": _moment(webhook.failing_since),
        "rests_until": _moment(webhook.rest_until),
        "previous_secret_until": _moment(webhook.previous_until),
        "version": webhook.version,
        "created_at": rfc3339(webhook.created_at),
        "updated_at": rfc3339(webhook.updated_at),
    }
    return shown if secret is None else {**shown, "secret": secret}


def present_delivery(delivery: Delivery) -> dict[str, Any]:
    """A delivery as callers see it."""
    return {
        "id": str(delivery.id),
        "event_id": str(delivery.event_id),
        "type": delivery.type,
        "client_id": None if delivery.client_id is None else str(delivery.client_id),
        "state": delivery.state,
        "tries": delivery.tries,
        "next_attempt_at": _moment(delivery.next_at),
        "attempts": delivery.attempts,
        "created_at": rfc3339(delivery.created_at),
        "finished_at": _moment(delivery.finished_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
