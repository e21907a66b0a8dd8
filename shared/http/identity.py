"""Who is asking, and the ids the request is known by."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import g, request

from shared.errors import Forbidden, Unauthenticated
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.security.identity import Identity

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class PermissionMissing(Forbidden):
    """The caller lacks one permission, which the answer names."""

    code = "permission_missing"
    title = "Your role does not include this permission"


def note_request_ids() -> None:
    """Take or make the request id and the trace context; first thing in every request."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
    trace = request.headers.get("traceparent", "")
    if not _TRACEPARENT.fullmatch(trace):
        trace = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    g.traceparent = trace


def bearer_token() -> str:
    """The token that the request carries, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def current_identity() -> Identity:
    """The caller; raises `Unauthenticated` if the request carries no valid token."""
    identity: Identity | None = g.get("identity")
    if identity is None:
        raise Unauthenticated("Send a valid token: Authorization: Bearer <token>.")
    return identity


def is_caller(actor: Mapping[str, Any]) -> bool:
    """Whether an actor, as one is kept, is who is asking."""
    asking = current_identity().actor
    return (actor.get("kind"), actor.get("id")) == (asking.kind, asking.id)


def sees_all_of(maker: Mapping[str, Any], permission: str | None) -> bool:
    """Whether the caller made it, or holds the permission that shows all of it (None: anyone)."""
    return permission in {None, *current_identity().permissions} or is_caller(maker)


def require(permission: str | None) -> Identity:
    """The caller, who must hold the permission (None: any known caller)."""
    identity = current_identity()
    if permission is not None and permission not in identity.permissions:
        raise PermissionMissing(
            f"This needs the permission {permission}. Someone who manages users can grant it.",
            permission=permission,
        )
    return identity


def origin_of(identity: Identity) -> Origin:
    """What the request's events will say about where they come from."""
    return Origin(
        workspace_id=identity.workspace_id,
        actor=identity.actor,
        correlation_id=g.request_id,
        traceparent=g.traceparent,
    )
