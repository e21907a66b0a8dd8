"""Commands of access: workspaces, users, API keys."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.clients.access import events, queries
from services.clients.access.errors import EmailTaken, LastOwner
from services.clients.access.models import ApiKey, User, Workspace
from services.clients.access.operations import roles, sessions
from services.clients.access.queries import get_api_key, get_workspace
from services.clients.mail.operations import queue_mail
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.errors import PreconditionFailed, require_version
from shared.ids import uuid7
from shared.messaging.changes import Change, change, changes_between
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.passwords import hash_password
from shared.security.permissions import PERMISSIONS, ROLES
from shared.security.secrets import new_token
from shared.unit_of_work import UnitOfWork

#: How a secret stands on both sides of a change.
HIDDEN = "hidden"

_OWNER = "owner"

# A key that is being revoked or noted by another process is left alone: nobody waits for it.
_NOTE_USE = text(
    """
    UPDATE api_keys SET last_used_at = clock_timestamp()
    WHERE id = (
        SELECT id FROM api_keys
        WHERE id = :id AND coalesce(last_used_at < clock_timestamp() - interval '1 minute', true)
        FOR UPDATE SKIP LOCKED
    )
    """
)


def create_workspace(uow: UnitOfWork, name: str) -> Workspace:
    """A new firm, under the id that this transaction is already confined to."""
    workspace = Workspace(workspace_id=uow.workspace_id, name=name)
    uow.session.add(workspace)
    uow.flush()
    uow.publish(events.workspace_created(workspace))
    return workspace


def update_workspace(
    uow: UnitOfWork, changes: Mapping[str, Any], expected_version: int | None
) -> Workspace:
    """Change the workspace's name or defaults; a change without effect makes no event."""
    workspace = get_workspace(uow, lock=True)
    require_version(expected_version, workspace.version, PreconditionFailed)
    before = {name: getattr(workspace, name) for name in changes}
    if changed := changes_between(before, changes):
        for each in changed:
            setattr(workspace, each["field"], each["after"])
        workspace.version += 1
        workspace.updated_at = now()
        uow.publish(events.workspace_updated(workspace, changed))
    return workspace


def create_user(
    uow: UnitOfWork, email: str, name: str, password: str, role: str, *, time_cost: int
) -> User:
    """Someone who may sign in. Raises `EmailTaken` for an address of this workspace.

    Whether the address signs in elsewhere is told to its mailbox alone: then this user cannot.
    """
    if queries.is_here(uow, email):
        raise EmailTaken(f"{email} is in use.")
    hashed = hash_password(password, time_cost)
    try:
        with uow.attempt():
            return add_user(uow, uuid7(), email, name, hashed, role)
    except EmailTaken:
        user = add_user(uow, uuid7(), email, name, hashed, role, signs_in=False)
    words = {"name": name, "workspace": get_workspace(uow).name, "added_by": uow.actor.name}
    queue_mail(uow, "signs_in_elsewhere", email, words)
    return user


def add_user(
    uow: UnitOfWork,
    user_id: uuid.UUID,
    email: str,
    name: str,
    password_hash: str,
    role: str,
    *,
    signs_in: bool = True,
) -> User:
    """A user, who signs in; raises `EmailTaken` if the address signs in anywhere."""
    user = User(
        id=user_id,
        workspace_id=uow.workspace_id,
        email=email,
        email_key=email_key(email),
        signs_in=signs_in,
        name=name,
        role=role,
        password_hash=password_hash,
    )
    uow.session.add(user)
    try:
        uow.flush()
    except IntegrityError as error:
        raise EmailTaken(f"{email} is in use.") from error
    uow.publish(events.user_created(user, roles.name_of(uow, role)))
    return user


def create_api_key(
    uow: UnitOfWork,
    name: str,
    permissions: Iterable[str],
    expires_at: Any = None,
    *,
    held: frozenset[str],
) -> tuple[ApiKey, str]:
    """A key for a program and its token, which is told only now.

    Raises `BeyondYourOwn` for a permission that the maker does not hold.
    """
    wanted = frozenset(permissions)
    roles.require_own(wanted, held)
    made = new_token("cak")
    key = ApiKey(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        name=name,
        prefix=made.prefix,
        hash=made.hash,
        permissions=sorted(wanted),
        expires_at=expires_at,
    )
    uow.session.add(key)
    uow.flush()
    uow.publish(events.api_key_created(key))
    return key, made.token


def revoke_api_key(uow: UnitOfWork, key_id: uuid.UUID, *, held: frozenset[str]) -> ApiKey:
    """Stop a key; doing it again changes nothing. Raises `BeyondYourOwn` for one that holds more
    than the caller."""
    key = get_api_key(uow, key_id)
    roles.require_own(key.permissions, held)
    if key.revoked_at is None:
        key.revoked_at = now()
        key.version += 1
        uow.publish(events.api_key_revoked(key))
    return key


def note_key_use(uow: UnitOfWork, key_id: uuid.UUID) -> None:
    """Write down that a key was used just now, unless the last minute says so already.

    It is no event: who uses a key stands in the events that the use causes.
    """
    uow.session.execute(_NOTE_USE, {"id": key_id})


def update_user(
    uow: UnitOfWork,
    user_id: uuid.UUID,
    changes: Mapping[str, Any],
    expected_version: int | None,
    *,
    held: frozenset[str],
) -> User:
    """Change a user's name, role, or whether they may sign in; the last owner stays one.

    A change of role or of `disabled` ends the user's sessions. Raises `BeyondYourOwn` for
    someone who may do more than the caller, before or afterwards.
    """
    is_last = _is_last_owner(uow, user_id)
    user = queries.get_user(uow, user_id, lock=True)
    require_version(expected_version, user.version, PreconditionFailed)
    roles.require_role(uow, user.role, held)
    roles.require_role(uow, changes.get("role", user.role), held)
    changed = changes_between(_changeable(user), changes)
    if not changed:
        return user
    for each in changed:
        _set(user, each["field"], each["after"])
    if is_last and (user.role != _OWNER or user.disabled_at is not None):
        raise LastOwner("Make somebody else an owner first.")
    note_change(uow, user, [_in_words(uow, each) for each in changed])
    if ending := _ends_sessions(changed):
        sessions.end_sessions(uow, user, ending)
    return user


def note_change(uow: UnitOfWork, user: User, changes: list[dict[str, Any]]) -> None:
    """A user has changed: the next version, and its event."""
    user.version += 1
    uow.publish(events.user_updated(user, changes))


def _in_words(uow: UnitOfWork, each: Change) -> Change:
    """A change of role as people call the roles."""
    if each["field"] != "role":
        return each
    before, after = (roles.name_of(uow, each[side]) for side in ("before", "after"))
    return change("role", before, after)


def _changeable(user: User) -> dict[str, Any]:
    return {"name": user.name, "role": user.role, "disabled": user.disabled_at is not None}


def _set(user: User, field: str, value: Any) -> None:
    if field == "disabled":
        user.disabled_at = now() if value else None
    else:
        setattr(user, field, value)


def _ends_sessions(changed: Iterable[Mapping[str, Any]]) -> str | None:
    reasons = {"role": "role_changed", "disabled": "disabled"}
    return next((reasons[it["field"]] for it in changed if it["field"] in reasons), None)


def _is_last_owner(uow: UnitOfWork, user_id: uuid.UUID) -> bool:
    """Whether nobody else owns the workspace; owners are held, so that two cannot both leave."""
    owners = select(User.id).where(User.role == _OWNER, User.disabled_at.is_(None), User.signs_in)
    return list(uow.session.scalars(owners.order_by(User.id).with_for_update())) == [user_id]


@dataclass(frozen=True, slots=True)
class Founded:
    """A new workspace with its first user and that user's key."""

    workspace_id: uuid.UUID
    token: str


def found_workspace(runtime: Runtime, name: str, email: str, password: str) -> Founded:
    """A workspace, its owner, and an API key with every permission, in one transaction."""
    hashed = hash_password(password, runtime.settings.argon2_time_cost)
    return found_with_hash(runtime, name, email, hashed)


def found_with_hash(runtime: Runtime, name: str, email: str, password_hash: str) -> Founded:
    """The same, where the password is hashed already."""
    where = Origin(uuid7(), Actor("system", None, "clientele"), f"found:{name}")
    with runtime.unit_of_work(where) as uow:
        create_workspace(uow, name)
        add_user(uow, uuid7(), email, "Owner", password_hash, "owner")
        _, token = create_api_key(uow, "First key", PERMISSIONS, held=ROLES["owner"])
    return Founded(where.workspace_id, token)
