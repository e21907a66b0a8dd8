"""The facts that access announces."""

from __future__ import annotations

from typing import Any

from services.clients.access.models import ApiKey, User, Workspace
from shared.messaging.envelope import Event


def workspace_created(workspace: Workspace) -> Event:
    """A firm has a place of its own."""
    told = {"id": str(workspace.workspace_id), "name": workspace.name}
    return _of_workspace("created", workspace, {"workspace": told})


def workspace_updated(workspace: Workspace, changes: list[dict[str, Any]]) -> Event:
    """Its name or a default changed."""
    return _of_workspace("updated", workspace, {"changes": changes})


def _of_workspace(what: str, workspace: Workspace, data: dict[str, Any]) -> Event:
    return Event(
        f"clients.workspace.{what}.v1",
        f"workspace/{workspace.workspace_id}",
        workspace.version,
        None,
        data,
    )


def user_created(user: User) -> Event:
    """Someone may sign in."""
    told = {"id": str(user.id), "email": user.email, "name": user.name, "role": user.role}
    return Event("clients.user.created.v1", f"user/{user.id}", user.version, None, {"user": told})


def api_key_created(key: ApiKey) -> Event:
    """A program may call."""
    return _of_key("created", key)


def api_key_revoked(key: ApiKey) -> Event:
    """It may no longer."""
    return _of_key("revoked", key)


def _of_key(what: str, key: ApiKey) -> Event:
    told = {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "permissions": sorted(key.permissions),
    }
    return Event(
        f"clients.api_key.{what}.v1", f"api_key/{key.id}", key.version, None, {"api_key": told}
    )
