"""Adding, changing, pausing and removing webhooks, and their secrets."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.activity.webhooks import events, queries
from services.activity.webhooks.errors import NothingMatches, StaleWebhook, TooManyWebhooks
from services.activity.webhooks.models import ACTIVE, PAUSED, REMOVED, Webhook
from services.activity.webhooks.operations.purging import clear_removed
from services.activity.webhooks.operations.recording import retry_all
from services.activity.webhooks.rules import signing, types
from shared.clock import now
from shared.errors import FieldError, require_version
from shared.ids import uuid7
from shared.security.crypto import Vault
from shared.unit_of_work import UnitOfWork

#: So many webhooks has a workspace at most.
MOST_WEBHOOKS = 200
#: How long a secret goes on signing beside the one that has replaced it.
BOTH_SIGN = timedelta(hours=24)

_SEALED_FOR = "activity.webhook_secret"


def create_webhook(
    uow: UnitOfWork,
    url: str,
    wanted: Sequence[str],
    permissions: Collection[str],
    *,
    ordered: bool,
    description: str | None,
) -> tuple[Webhook, str]:
    """A webhook for what happens from now on, and its secret, which is shown once.

    Raises `NothingMatches`, `TooManyWebhooks`.
    """
    _require_types(wanted)
    if queries.count_webhooks(uow.session) >= MOST_WEBHOOKS:
        raise TooManyWebhooks(f"{MOST_WEBHOOKS} is the most. Delete one that is not needed.")
    secret, moment = new_secret(), now()
    webhook = Webhook(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        url=url,
        description=description,
        types=list(wanted),
        ordered=ordered,
        permissions=sorted(types.kept_permissions(permissions)),
        secret=uow.vault.encrypt(secret, _SEALED_FOR),
        state=ACTIVE,
        version=1,
        created_by=uow.actor.as_dict(),
        created_at=moment,
        updated_at=moment,
        read_pos=queries.head(uow.session, uow.workspace_id),
    )
    uow.session.add(webhook)
    uow.flush()
    uow.publish(events.webhook_created(webhook))
    return webhook, secret


def change_webhook(
    uow: UnitOfWork,
    webhook_id: uuid.UUID,
    changes: Mapping[str, Any],
    permissions: Collection[str],
    expected_version: int | None,
) -> Webhook:
    """Change what is given; from now on it tells what whoever changes it may view.

    Raises `WebhookNotFound`, `StaleWebhook`, `NothingMatches`.
    """
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    require_version(expected_version, webhook.version, StaleWebhook)
    _require_types(changes.get("types", []))
    before = events.fields_of(webhook)
    for name, value in changes.items():
        setattr(webhook, name, value)
    webhook.permissions = sorted(types.kept_permissions(permissions))
    if "ordered" in changes:
        retry_all(uow, webhook)
    _changed(uow, webhook)
    if changed := events.changes_of(webhook, before):
        uow.publish(events.webhook_updated(webhook, changed))
    return webhook


def delete_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> None:
    """Remove a webhook with its delivery log; raises `WebhookNotFound`.

    Of a long log the rest goes later, batch by batch, and until then the webhook is kept as
    removed: nobody sees it, and nothing more is sent.
    """
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    webhook.state = REMOVED
    _changed(uow, webhook)
    webhook.due_at = None
    uow.publish(events.webhook_removed(webhook))
    uow.flush()
    clear_removed(uow, webhook_id)


def pause_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> Webhook:
    """Send nothing more for now; its place in the feed is kept."""
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    return _in_state(uow, webhook, PAUSED)


def resume_webhook(uow: UnitOfWork, webhook_id: uuid.UUID) -> Webhook:
    """Go on from where it stood, at once, whatever had failed before."""
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    webhook.failures, webhook.failing_since = 0, None
    retry_all(uow, webhook)
    return _in_state(uow, webhook, ACTIVE)


def rotate_secret(uow: UnitOfWork, webhook_id: uuid.UUID) -> tuple[Webhook, str]:
    """A new secret, shown once; the one before goes on signing beside it for a day."""
    webhook = queries.get_webhook(uow.session, webhook_id, lock=True)
    secret = new_secret()
    webhook.previous_secret, webhook.previous_until = webhook.secret, now() + BOTH_SIGN
    webhook.secret = uow.vault.encrypt(secret, _SEALED_FOR)
    _changed(uow, webhook)
    uow.publish(events.secret_rotated(webhook))
    return webhook, secret


def look_now(webhook: Webhook, moment: datetime) -> None:
    """Have a dispatcher look at it at once, even if it rests."""
    webhook.rest_until, webhook.due_at = None, moment


def new_secret() -> str:
    """A secret nobody knows yet."""
    return signing.as_secret(os.urandom(signing.SECRET_BYTES))


def secrets_of(webhook: Webhook, vault: Vault, moment: datetime) -> tuple[str, ...]:
    """The secrets that sign now, the newest first."""
    sealed = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until and moment < webhook.previous_until:
        sealed.append(webhook.previous_secret)
    return tuple(vault.decrypt(bytes(each), _SEALED_FOR).decode() for each in sealed)


def _in_state(uow: UnitOfWork, webhook: Webhook, state: str) -> Webhook:
    """In a state that someone chose; it is told of only if it was in another."""
    before = webhook.state
    webhook.state, webhook.disabled_because = state, None
    _changed(uow, webhook)
    if before != state:
        uow.publish(events.state_changed(webhook, before))
    return webhook


def _changed(uow: UnitOfWork, webhook: Webhook) -> Webhook:
    webhook.version += 1
    webhook.updated_at = now()
    look_now(webhook, webhook.updated_at)
    uow.flush()
    return webhook


def _require_types(wanted: Sequence[str]) -> None:
    unknown = types.unmatched(wanted)
    if unknown:
        message = f"No event is of the type {unknown[0]}."
        raise NothingMatches(message, errors=[FieldError("types", "unknown_type", message)])
