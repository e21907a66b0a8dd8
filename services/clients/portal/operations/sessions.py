"""Sessions of contacts: begun by a password or a mailed link, known by a token of their own kind.

A contact is no user: their token opens the routes of the portal and no others, and a user's
token opens none of these.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text

from services.clients.access.errors import LinkGone
from services.clients.access.operations.sessions import new_session, session_lifetime
from services.clients.portal import events, rules
from services.clients.portal.models import PortalAccess, PortalSession
from services.clients.portal.queries import access as queries
from services.clients.records.queries.owned import lock_owned
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Identity, Whence
from shared.security.secrets import token_hash
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork

KIND = "cps"
_LONGEST = 100
# One that is being ended or noted by another process is left alone: nobody waits for it.
_NOTE_USE = text("SELECT note_portal_use(:id)")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A contact who is signed in: of which client, by which session, and what is shared."""

    identity: Identity
    access_id: uuid.UUID
    client_id: uuid.UUID
    session_id: uuid.UUID
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh token, and when it ends: unused, and at last."""

    token: str
    idle_until: datetime
    expires_at: datetime


def actor_of(access_id: uuid.UUID, name: str) -> Actor:
    """A contact as events name them."""
    return Actor("contact", str(access_id), name)


def find_visitor(runtime: Runtime, token: str) -> Visitor | None:
    """Who holds this token, asked anew each time: what ends an access ends it at once."""
    if not token.startswith(f"{KIND}_") or len(token) > _LONGEST:
        return None
    with runtime.login_engine.begin() as connection:
        row = queries.find_session(connection, token_hash(token))
        if row is None:
            return None
        connection.execute(_NOTE_USE, {"id": row.session_id})
    scopes = frozenset(row.scopes)
    rights = frozenset(f"portal.{scope}" for scope in scopes)
    identity = Identity(row.workspace_id, actor_of(row.access_id, row.name), rights)
    return Visitor(identity, row.access_id, row.client_id, row.session_id, scopes)


def hold_access(uow: UnitOfWork, access_id: uuid.UUID) -> PortalAccess | None:
    """The access, held behind its client; None where either is gone."""
    found = lock_owned(uow, PortalAccess, access_id)
    return None if found is None or found[0] is None else found[1]


def begin(
    runtime: Runtime,
    workspace_id: uuid.UUID,
    access_id: uuid.UUID,
    name: str,
    correlation_id: str,
) -> UnitOfWork:
    """A transaction in which a contact acts who has just proved who they are."""
    return runtime.unit_of_work(Origin(workspace_id, actor_of(access_id, name), correlation_id))


def start_session(
    uow: UnitOfWork, access: PortalAccess, whence: Whence, settings: Settings, *, by_link: bool
) -> SignedIn:
    """A session and its token, which is told only now; raises `LinkGone` for an access that
    has ended meanwhile."""
    if access.state != rules.ACCEPTED:
        raise LinkGone
    lifetime = replace(session_lifetime(settings), kind=KIND)
    session, token = new_session(
        uow, PortalSession, whence, lifetime, access_id=access.id, by_link=by_link
    )
    access.last_used_at = session.created_at
    uow.publish(events.session_started(session, access))
    return SignedIn(token, session.idle_until, session.expires_at)


def end_session(uow: UnitOfWork, visitor: Visitor) -> None:
    """Sign out."""
    access = hold_access(uow, visitor.access_id)
    session = uow.session.get(PortalSession, visitor.session_id)
    if access is not None and session is not None:
        _end(uow, session, access, "signed_out")


def end_sessions(
    uow: UnitOfWork, access: PortalAccess, reason: str, *, but: uuid.UUID | None = None
) -> None:
    """End all sessions of a contact but one."""
    for session in queries.sessions_of(uow, access.id):
        if session.id != but:
            _end(uow, session, access, reason)


def _end(uow: UnitOfWork, session: PortalSession, access: PortalAccess, reason: str) -> None:
    uow.session.delete(session)
    uow.publish(events.session_ended(session, access, reason))
