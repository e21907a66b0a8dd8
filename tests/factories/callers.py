"""Calling a service behind the façade as the façade does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask.testing import FlaskClient

from shared.messaging.envelope import Actor
from shared.security.crypto import Vault
from shared.security.permissions import ROLES
from shared.security.service_tokens import Claims, issue

JO = Actor("user", "0190a000-0000-7000-8000-000000000001", "Jo Park")


def service_token(vault: Vault, service: str, workspace_id: uuid.UUID, *permissions: str) -> str:
    """A token that the façade would issue for a call to `service`."""
    return issue(vault, Claims("clients", service, workspace_id, JO, frozenset(permissions)))


def service_caller(
    http: FlaskClient,
    vault: Vault,
    service: str,
    workspace_id: uuid.UUID,
    permissions: Iterable[str] = ROLES["viewer"],
) -> Callable[..., Any]:
    """`get(path, status=200, **query)` → the JSON of the answer, its status checked."""

    def get(path: str, status: int = 200, **query: Any) -> Any:
        token = service_token(vault, service, workspace_id, *permissions)
        answer = http.get(path, query_string=query, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json(force=True)

    return get
