"""Commands of access: workspaces, users, API keys, signing in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from services.clients.access import events
from services.clients.access.errors import BeyondYourOwn, EmailTaken, WrongLogIn
from services.clients.access.models import AccessToken, ApiKey, User, Workspace
from services.clients.access.queries import find_user_by_email, get_api_key, get_workspace
from shared.clock import now
from shared.errors import PreconditionFailed, require_version
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.passwords import hash_password, verify_password
from shared.security.permissions import PERMISSIONS, ROLES
from shared.security.secrets import new_token
from shared.unit_of_work import UnitOfWork

TOKEN_HOURS = 12

# Tokens that are deleted in one transaction.
_PURGED_AT_ONCE = 5_000
_PURGE_TOKENS = text("SELECT purge_expired_tokens(:most)")

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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh access token and how long it lives."""

    token: str
    seconds: int


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
    """Someone who may sign in. Raises `EmailTaken` if the address signs in anywhere."""
    user = User(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        email=email,
        name=name,
        role=role,
        password_hash=hash_password(password, time_cost),
    )
    uow.session.add(user)
    try:
        uow.flush()
    except IntegrityError as error:
        raise EmailTaken(f"{email} is in use.") from error
    uow.publish(events.user_created(user))
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
    require_own(wanted, held)
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


def require_own(wanted: frozenset[str], held: frozenset[str]) -> None:
    """Refuse to hand out what one does not have."""
    beyond = sorted(wanted - held)
    if beyond:
        raise BeyondYourOwn("Missing: " + ", ".join(beyond), missing=beyond)


def require_role(role: str, held: frozenset[str]) -> None:
    """Refuse to make someone who may do more than oneself."""
    require_own(ROLES[role], held)


def revoke_api_key(uow: UnitOfWork, key_id: uuid.UUID) -> ApiKey:
    """Stop a key; doing it again changes nothing."""
    key = get_api_key(uow, key_id)
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


def sign_in(runtime: Runtime, email: str, password: str, correlation_id: str) -> SignedIn:
    """An access token for the right address and password; `WrongLogIn` otherwise.

    The password is checked outside any transaction, as it takes long on purpose.
    """
    with runtime.login_engine.connect() as connection:
        row = find_user_by_email(connection, email)
    stored = None if row is None else row.password_hash
    right = verify_password(stored, password, runtime.settings.argon2_time_cost)
    if row is None or not right:
        raise WrongLogIn
    made = new_token("cat")
    seconds = TOKEN_HOURS * 3600
    where = Origin(row.workspace_id, Actor("user", str(row.id), row.name), correlation_id)
    with runtime.unit_of_work(where) as uow:
        uow.session.add(
            AccessToken(
                hash=made.hash,
                workspace_id=row.workspace_id,
                user_id=row.id,
                expires_at=now() + timedelta(seconds=seconds),
            )
        )
    return SignedIn(made.token, seconds)


def purge_expired_tokens(engine: Engine) -> int:
    """Delete some expired tokens of whichever workspace; returns how many went."""
    with engine.begin() as connection:
        return int(connection.scalar(_PURGE_TOKENS, {"most": _PURGED_AT_ONCE}) or 0)


@dataclass(frozen=True, slots=True)
class Founded:
    """A new workspace with its first user and that user's key."""

    workspace_id: uuid.UUID
    token: str


def found_workspace(runtime: Runtime, name: str, email: str, password: str) -> Founded:
    """A workspace, its owner, and an API key with every permission, in one transaction."""
    where = Origin(uuid7(), Actor("system", None, "clientele"), f"found:{name}")
    with runtime.unit_of_work(where) as uow:
        create_workspace(uow, name)
        create_user(
            uow, email, "Owner", password, "owner", time_cost=runtime.settings.argon2_time_cost
        )
        _, token = create_api_key(uow, "First key", PERMISSIONS, held=ROLES["owner"])
    return Founded(where.workspace_id, token)
