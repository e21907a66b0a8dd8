"""The facts that access announces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.clients.access.models import (
    ApiKey,
    Invitation,
    Refusal,
    Role,
    Session,
    SignInRefusal,
    User,
    Workspace,
)
from shared.clock import rfc3339
from shared.ids import uuid7
from shared.messaging.envelope import Event


def workspace_created(workspace: Workspace) -> Event:
    """A firm has a place of its own."""
    described = {"id": str(workspace.workspace_id), "name": workspace.name}
    return _of_workspace("created", workspace, {"workspace": described})


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


def user_created(user: User, role: str) -> Event:
    """Someone may sign in, in a role of this name."""
    described = {"id": str(user.id), "email": user.email, "name": user.name, "role": role}
    return Event(
        "clients.user.created.v1", f"user/{user.id}", user.version, None, {"user": described}
    )


def user_updated(user: User, changes: list[dict[str, Any]]) -> Event:
    """What someone may do changed, or by what they sign in; a secret is told as changed."""
    data = {"user": _named(user), "changes": changes}
    return Event("clients.user.updated.v1", f"user/{user.id}", user.version, None, data)


def role_created(role: Role) -> Event:
    """People can be given a role of the workspace's own."""
    return _of_role("created", role, {"role": {**_role(role), "permissions": role.permissions}})


def role_updated(role: Role, changes: list[dict[str, Any]]) -> Event:
    """What it grants to whoever has it changed, or its name."""
    return _of_role("updated", role, {"role": _role(role), "changes": changes})


def role_deleted(role: Role) -> Event:
    """Nobody can be given it any more."""
    return _of_role("deleted", role, {"role": _role(role)})


def _of_role(what: str, role: Role, data: dict[str, Any]) -> Event:
    return Event(f"clients.role.{what}.v1", f"role/{role.id}", role.version, None, data)


def _role(role: Role) -> dict[str, Any]:
    return {"id": str(role.id), "name": role.name}


def session_started(session: Session, user: User) -> Event:
    """Someone signed in."""
    return _of_session("started", 1, {"session": _session(session, user)}, session)


def session_ended(session: Session, user: User, reason: str) -> Event:
    """Where someone was signed in, they no longer are."""
    data = {"session": _session(session, user), "reason": reason}
    return _of_session("ended", 2, data, session)


def _of_session(what: str, version: int, data: dict[str, Any], session: Session) -> Event:
    return Event(f"clients.session.{what}.v1", f"session/{session.id}", version, None, data)


def sign_in_refused(user: User, refusals: Sequence[SignInRefusal]) -> Event:
    """Someone tried to sign in as a user, from one place and for one reason, so many times."""
    data = {"user": _named(user), **circumstances(refusals)}
    subject, since = f"sign_in/{uuid7()}", refusals[0].refused_at
    return Event("clients.sign_in.refused.v1", subject, 1, None, data, since)


def circumstances(refusals: Sequence[Refusal]) -> dict[str, Any]:
    """From where and why a sign-in was refused, and how often; all are alike in that."""
    one = refusals[0]
    return {
        "address": one.address,
        "device": one.device,
        "reason": one.reason,
        "times": len(refusals),
    }


def invitation_sent(invitation: Invitation, role: str) -> Event:
    """Someone may become a user by a link; so told when it is sent again too."""
    return _of_invitation("sent", invitation, role, {})


def invitation_revoked(invitation: Invitation, role: str) -> Event:
    """They may no longer."""
    return _of_invitation("revoked", invitation, role, {})


def invitation_accepted(invitation: Invitation, role: str, user: User) -> Event:
    """They have."""
    return _of_invitation("accepted", invitation, role, {"user": _named(user)})


def _of_invitation(what: str, invitation: Invitation, role: str, more: dict[str, Any]) -> Event:
    described = {
        "id": str(invitation.id),
        "email": invitation.email,
        "role": role,
        "expires_at": rfc3339(invitation.expires_at),
    }
    return Event(
        f"clients.invitation.{what}.v1",
        f"invitation/{invitation.id}",
        invitation.version,
        None,
        {"invitation": described, **more},
    )


def _session(session: Session, user: User) -> dict[str, Any]:
    return {
        "id": str(session.id),
        "user": _named(user),
        "address": session.address,
        "device": session.device,
    }


def _named(user: User) -> dict[str, Any]:
    return {"id": str(user.id), "name": user.name}


def api_key_created(key: ApiKey) -> Event:
    """A program may call."""
    return _of_key("created", key)


def api_key_revoked(key: ApiKey) -> Event:
    """It may no longer."""
    return _of_key("revoked", key)


def _of_key(what: str, key: ApiKey) -> Event:
    described = {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "permissions": sorted(key.permissions),
    }
    return Event(
        f"clients.api_key.{what}.v1", f"api_key/{key.id}", key.version, None, {"api_key": described}
    )
