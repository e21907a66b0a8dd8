"""Authentication of the services behind the façade: service tokens and nothing else."""

from __future__ import annotations

from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.service_tokens import BadServiceToken, verify


def authenticate_service(runtime: Runtime, token: str) -> Identity | None:
    """The caller for whom another service asks; None if the token is not for this service."""
    try:
        claims = verify(runtime.vault, token, runtime.service)
    except BadServiceToken:
        return None
    if claims.workspace_id is None:
        return None
    return Identity(claims.workspace_id, claims.actor, claims.permissions)
