"""Reading access: the caller behind a token, the workspace, users and keys."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from cachetools import TTLCache
from sqlalchemy import Connection, Row, or_, orm, select, text

from services.clients.access.errors import ApiKeyNotFound, InvitationNotFound, UserNotFound
from services.clients.access.models import ApiKey, Invitation, Session, User, Workspace
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.errors import NotFound
from shared.http.paging import Page, Sort, page
from shared.messaging.envelope import Actor
from shared.unit_of_work import UnitOfWork

_FIND_CREDENTIAL = text("SELECT * FROM find_credential(:hash)")
_user_names: TTLCache[tuple[uuid.UUID, str], str] = TTLCache(maxsize=1_000, ttl=5.0)
_user_names_lock = Lock()
_FIND_RESET = text("SELECT * FROM find_password_reset(:hash)")
_FIND_INVITATION = text("SELECT * FROM find_invitation(:hash)")
_RESETS_DUE = text("SELECT id, workspace_id, user_id FROM reset_requests_due(:most)")
_WITH_REFUSALS = text("SELECT workspaces_with_refusals()")
_FIND_USER = text("SELECT * FROM find_user_by_email(:email)")


def find_credential(connection: Connection, token_hash: bytes) -> Row[Any] | None:
    """Whom a token's hash stands for; None if revoked, expired or never made."""
    return connection.execute(_FIND_CREDENTIAL, {"hash": token_hash}).one_or_none()


def find_user_by_email(connection: Connection, email: str) -> Row[Any] | None:
    """The user who signs in with an address, in whichever workspace."""
    return connection.execute(_FIND_USER, {"email": email_key(email)}).one_or_none()


def is_here(uow: UnitOfWork, email: str) -> bool:
    """Whether the workspace has a user of this address."""
    mine = select(User.id).where(User.email_key == email_key(email))
    return uow.session.scalar(mine) is not None


def is_operator(uow: UnitOfWork, actor: Actor, addresses: frozenset[str]) -> bool:
    """Whether someone is a user with one of these addresses: of those who run the installation."""
    if not addresses or actor.kind != "user" or actor.id is None:
        return False
    return get_user(uow, uuid.UUID(actor.id)).email_key in map(email_key, addresses)


def get_workspace(uow: UnitOfWork, *, lock: bool = False) -> Workspace:
    """The workspace of this transaction; `lock` holds it for a change."""
    found = uow.session.get(Workspace, uow.workspace_id, with_for_update=lock or None)
    if found is None:
        raise NotFound("This workspace no longer exists.")
    return found


def default_currency(uow: UnitOfWork) -> str:
    """The workspace's currency."""
    return get_workspace(uow).currency


def local_today(uow: UnitOfWork) -> date:
    """The present day in the workspace's time zone."""
    return local_day(uow, now())


def local_day(uow: UnitOfWork, moment: datetime) -> date:
    """The day of a moment in the workspace's time zone."""
    return moment.astimezone(ZoneInfo(get_workspace(uow).time_zone)).date()


def find_user_name(uow: UnitOfWork, user_id: str) -> str | None:
    """What a user of the workspace is called; None where there is no such user.

    Remembered for some seconds: many clients are given to the same few people.
    """
    key = (uow.workspace_id, user_id)
    with _user_names_lock:
        remembered = _user_names.get(key)
    if remembered is not None:
        return remembered
    name = uow.session.scalar(select(User.name).where(User.id == uuid.UUID(user_id)))
    if name is not None:
        with _user_names_lock:
            _user_names[key] = name
    return name


def get_user(uow: UnitOfWork, user_id: uuid.UUID, *, lock: bool = False) -> User:
    """A user of the workspace; `lock` holds it for a change."""
    found = uow.session.get(User, user_id, with_for_update=lock or None)
    if found is None:
        raise UserNotFound
    return found


def sessions_of(uow: UnitOfWork, user_id: uuid.UUID) -> list[Session]:
    """Where a user is signed in now, the latest used first."""
    mine = select(Session).where(Session.user_id == user_id, Session.idle_until > now())
    return list(uow.session.scalars(mine.order_by(Session.last_used_at.desc(), Session.id)))


def find_session(uow: UnitOfWork, token_hash: bytes, *, lock: bool = False) -> Session | None:
    """The session whose token this is, or was until a moment ago."""
    is_its = or_(Session.hash == token_hash, Session.previous_hash == token_hash)
    wanted = select(Session).where(is_its)
    return uow.session.scalar(wanted.with_for_update() if lock else wanted)


def find_password_reset(connection: Connection, token_hash: bytes) -> Row[Any] | None:
    """Whose password a link may change; None if it is no longer good."""
    return connection.execute(_FIND_RESET, {"hash": token_hash}).one_or_none()


def find_invitation(connection: Connection, token_hash: bytes) -> Row[Any] | None:
    """The workspace and the id of an invitation; None if it is no longer good."""
    return connection.execute(_FIND_INVITATION, {"hash": token_hash}).one_or_none()


def get_invitation(uow: UnitOfWork, invitation_id: uuid.UUID, *, lock: bool = False) -> Invitation:
    """An invitation of the workspace; `lock` holds it for a change."""
    found = uow.session.get(Invitation, invitation_id, with_for_update=lock or None)
    if found is None:
        raise InvitationNotFound
    return found


def list_invitations(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's invitations, the latest first; those that are over too."""
    return page(
        uow.session,
        uow.vault,
        select(Invitation),
        [Sort(Invitation.id, descending=True)],
        scope="invitations",
        cursor=cursor,
        limit=limit,
    )


def reset_requests(session: orm.Session) -> list[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID]]:
    """Some who have asked for a new password: the request, and whose it is if anybody's."""
    return [tuple(row) for row in session.execute(_RESETS_DUE, {"most": 20})]


def workspaces_with_refusals(session: orm.Session) -> list[uuid.UUID]:
    """Where somebody was refused of whom the log does not tell yet."""
    return list(session.scalars(_WITH_REFUSALS))


def list_users(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's users, in the order they came."""
    return page(
        uow.session,
        uow.vault,
        select(User),
        [Sort(User.id)],
        scope="users",
        cursor=cursor,
        limit=limit,
    )


def names_of(uow: UnitOfWork, ids: Collection[str]) -> dict[str, str]:
    """What these users are called, by id."""
    found = select(User.id, User.name).where(User.id.in_(ids))
    return {str(user_id): name for user_id, name in uow.session.execute(found)}


def list_api_keys(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's API keys, in the order they were made; revoked ones too."""
    return page(
        uow.session,
        uow.vault,
        select(ApiKey),
        [Sort(ApiKey.id)],
        scope="api-keys",
        cursor=cursor,
        limit=limit,
    )


def get_api_key(uow: UnitOfWork, key_id: uuid.UUID) -> ApiKey:
    """One key, held for a change."""
    found = uow.session.get(ApiKey, key_id, with_for_update=True)
    if found is None:
        raise ApiKeyNotFound
    return found
