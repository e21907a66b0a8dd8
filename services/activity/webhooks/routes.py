"""Webhooks, their deliveries and what may be done with them; the façade passes on to here."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import Any, cast

from flask import Response, g, request

from services.activity.events.rules.viewing import visible_types
from services.activity.settings import ActivitySettings
from services.activity.webhooks import queries, schemas
from services.activity.webhooks.errors import AddressRefused
from services.activity.webhooks.models import Delivery, Webhook
from services.activity.webhooks.operations import managing, repeating
from services.activity.webhooks.operations.resolving import require_reachable
from services.activity.webhooks.rules.urls import Target
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, View, if_match, reads, runtime, writes
from shared.http.identity import current_identity, require
from shared.http.paging import Sort, page
from shared.http.schemas import PageQuery
from shared.security.permissions import WEBHOOKS_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("webhooks", __name__, url_prefix="/v1/webhooks")


def _looking_up(view: View) -> View:
    """Ask where the URL of the body leads before a transaction begins; `_target` tells."""

    @wraps(view)
    def endpoint(*args: Any, **kwargs: Any) -> Answer | Response:
        require(WEBHOOKS_MANAGE)
        body = request.get_json(silent=True)
        url = body.get("url") if isinstance(body, dict) else None
        if isinstance(url, str):
            g.target = _looked_up(url)
        return view(*args, **kwargs)

    endpoint.permission = WEBHOOKS_MANAGE  # type: ignore[attr-defined]
    return endpoint


def _looked_up(url: str) -> Target | AddressRefused:
    settings = cast(ActivitySettings, runtime().settings)
    try:
        return require_reachable(url, settings.webhook_networks)
    except AddressRefused as refused:
        return refused


def _target() -> Target:
    """Where the URL leads; raises `AddressRefused`."""
    found: Target | AddressRefused = g.target
    if isinstance(found, AddressRefused):
        raise found
    return found


@blueprint.route("", methods=["GET"])
@reads(WEBHOOKS_MANAGE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.WebhookPage)
def get_webhooks(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's webhooks, newest first."""
    found = page(
        uow.session,
        uow.vault,
        queries.webhooks(),
        [Sort(Webhook.id, descending=True)],
        scope="webhooks",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    return Answer(found.as_dict(schemas.present))


@blueprint.route("", methods=["POST"])
@_looking_up
@writes(WEBHOOKS_MANAGE)
@blueprint.arguments(schemas.WebhookBody)
@blueprint.response(201, schemas.WebhookWithSecret)
def post_webhook(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Have events posted to a URL from now on; the answer alone shows the secret."""
    webhook, secret = managing.create_webhook(
        uow,
        _target().url,
        body["types"],
        current_identity().permissions,
        ordered=body["ordered"],
        description=body["description"],
    )
    location = f"/v1/webhooks/{webhook.id}"
    return Answer(schemas.present(webhook, secret), 201, webhook.version, location)


@blueprint.route("/<uuid:webhook_id>", methods=["GET"])
@reads(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.WebhookView)
def get_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> Answer:
    """One webhook and how it does."""
    return _shown(queries.get_webhook(uow.session, webhook_id))


@blueprint.route("/<uuid:webhook_id>", methods=["PATCH"])
@_looking_up
@writes(WEBHOOKS_MANAGE)
@blueprint.arguments(schemas.WebhookChanges)
@blueprint.response(200, schemas.WebhookView)
def patch_webhook(uow: UnitOfWork, changes: dict[str, Any], webhook_id: uuid.UUID) -> Answer:
    """Change a webhook; from then on it tells what whoever changes it may view."""
    if "url" in changes:
        changes = {**changes, "url": _target().url}
    permissions = current_identity().permissions
    return _shown(managing.change_webhook(uow, webhook_id, changes, permissions, if_match()))


@blueprint.route("/<uuid:webhook_id>", methods=["DELETE"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(204)
def delete_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> Answer:
    """Remove a webhook with its delivery log."""
    managing.delete_webhook(uow, webhook_id)
    return Answer(None, 204)


@blueprint.route("/<uuid:webhook_id>/pause", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.WebhookView)
def pause_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> Answer:
    """Send nothing for now; its place is kept."""
    return _shown(managing.pause_webhook(uow, webhook_id))


@blueprint.route("/<uuid:webhook_id>/resume", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.WebhookView)
def resume_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> Answer:
    """Go on where it stood, whether it was paused, disabled or at rest."""
    return _shown(managing.resume_webhook(uow, webhook_id))


@blueprint.route("/<uuid:webhook_id>/rotate-secret", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.WebhookWithSecret)
def rotate_secret(uow: UnitOfWork, webhook_id: uuid.UUID) -> Answer:
    """A new secret; for 24 hours the one before signs as well."""
    webhook, secret = managing.rotate_secret(uow, webhook_id)
    return Answer(schemas.present(webhook, secret), etag=webhook.version)


@blueprint.route("/<uuid:webhook_id>/replay", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.arguments(schemas.ReplayBody)
@blueprint.response(202, schemas.WebhookView)
def replay(uow: UnitOfWork, body: dict[str, Any], webhook_id: uuid.UUID) -> Answer:
    """Send everything after an event or a time again, under the same ids."""
    webhook = repeating.replay(uow, webhook_id, body["after"])
    return Answer(schemas.present(webhook), 202, webhook.version)


@blueprint.route("/<uuid:webhook_id>/ping", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(202, schemas.DeliveryAsked)
def ping(uow: UnitOfWork, webhook_id: uuid.UUID) -> Answer:
    """Send a test message, once; what came of it stands in the delivery log."""
    return _asked(repeating.ping(uow, webhook_id))


@blueprint.route("/<uuid:webhook_id>/deliveries", methods=["GET"])
@reads(WEBHOOKS_MANAGE)
@blueprint.arguments(schemas.DeliveriesQuery, location="query")
@blueprint.response(200, schemas.DeliveryPage)
def get_deliveries(uow: UnitOfWork, query: dict[str, Any], webhook_id: uuid.UUID) -> Answer:
    """The delivery log of the last 30 days, newest first."""
    webhook = queries.get_webhook(uow.session, webhook_id)
    states = sorted(query.get("state") or [])
    found = queries.list_deliveries(uow, webhook.id, states, query.get("cursor"), query["limit"])
    return Answer(found.as_dict(schemas.present_delivery))


@blueprint.route("/<uuid:webhook_id>/deliveries/<uuid:delivery_id>", methods=["GET"])
@reads(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.DeliveryWithEvent)
def get_delivery(uow: UnitOfWork, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Answer:
    """One delivery with its last attempts, and the event as it is sent."""
    webhook = queries.get_webhook(uow.session, webhook_id)
    found = queries.get_delivery(uow.session, webhook.id, delivery_id)
    is_visible = found.type in visible_types(current_identity().permissions)
    event = queries.event_of(uow.session, found) if is_visible else None
    return Answer({**schemas.present_delivery(found), "event": event})


@blueprint.route("/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/resend", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(202, schemas.DeliveryAsked)
def resend(uow: UnitOfWork, webhook_id: uuid.UUID, delivery_id: uuid.UUID) -> Answer:
    """Send one delivery again, under the same id."""
    return _asked(repeating.resend(uow, webhook_id, delivery_id))


def _shown(webhook: Webhook) -> Answer:
    return Answer(schemas.present(webhook), etag=webhook.version)


def _asked(delivery: Delivery) -> Answer:
    location = f"/v1/webhooks/{delivery.webhook_id}/deliveries/{delivery.id}"
    return Answer({"delivery_id": str(delivery.id)}, 202, location=location)
