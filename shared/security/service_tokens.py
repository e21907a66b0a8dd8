"""Tokens between services: signed, for one audience, gone after a minute.

They carry the caller's identity, so a service behind the façade applies the caller's
permissions and workspace itself; a user's own token never opens an internal route.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from shared.clock import now
from shared.messaging.envelope import Actor
from shared.security.crypto import Vault

LIFETIME_SECONDS = 60
# Clocks of two machines may differ by this much without a valid token being refused.
_LEEWAY_SECONDS = 30
_CONTEXT = "service-token"


class BadServiceToken(Exception):
    """Not ours, not for this service, or too old."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who calls which service, for whom. `workspace_id` is None for calls of the pipe itself."""

    issuer: str
    audience: str
    workspace_id: uuid.UUID | None
    actor: Actor
    permissions: frozenset[str]


def issue(vault: Vault, claims: Claims) -> str:
    """A token for one call; anyone with the master secret could make it, nobody else."""
    issued = int(now().timestamp())
    return jwt.encode(
        {"alg": "HS256"},
        {
            "iss": claims.issuer,
            "aud": claims.audience,
            "iat": issued,
            "exp": issued + LIFETIME_SECONDS,
            "ws": None if claims.workspace_id is None else str(claims.workspace_id),
            "act": claims.actor.as_dict(),
            "per": sorted(claims.permissions),
        },
        OctKey.import_key(vault.key(_CONTEXT)),
    )


def verify(vault: Vault, token: str, audience: str) -> Claims:
    """The claims of a token meant for `audience`; raises `BadServiceToken`."""
    try:
        decoded = jwt.decode(token, OctKey.import_key(vault.key(_CONTEXT)), algorithms=["HS256"])
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        )
        registry.validate(decoded.claims)
        return _claims(decoded.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise BadServiceToken(str(error)) from error


def _claims(raw: dict[str, object]) -> Claims:
    actor = raw["act"]
    permissions = raw["per"]
    if not isinstance(actor, dict) or not isinstance(permissions, list):
        raise TypeError("claims have the wrong shape")
    workspace = raw["ws"]
    return Claims(
        issuer=str(raw["iss"]),
        audience=str(raw["aud"]),
        workspace_id=None if workspace is None else uuid.UUID(str(workspace)),
        actor=Actor(str(actor["kind"]), actor["id"], str(actor["name"])),
        permissions=frozenset(str(name) for name in permissions),
    )
