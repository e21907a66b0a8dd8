"""Finding accesses: by a session's token, by a link, by an address, of a client."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.orm import Session

from services.clients.access.models import User
from services.clients.portal.errors import AccessNotFound
from services.clients.portal.models import PortalAccess, PortalSession
from services.clients.portal.rules import REVOKED
from services.clients.records.models.record import Client
from services.clients.values.addresses import email_key
from shared.unit_of_work import UnitOfWork

_AT_ONCE = 20
_FIND_SESSION = text("SELECT * FROM find_portal_session(:hash)")
_FIND_INVITATION = text("SELECT * FROM find_portal_invitation(:hash)")
_FIND_LINK = text("SELECT * FROM find_portal_link(:hash)")
_FIND_PEOPLE = text("SELECT * FROM find_portal_people(:email)")
_REQUESTS_DUE = text("SELECT * FROM portal_requests_due(:most)")
_REFUSALS = text("SELECT * FROM portal_refusals_to_tell(:most)")
_LAPSED = text("SELECT * FROM portal_invitations_lapsed(:most)")


def find_session(connection: Connection, token_hash: bytes) -> Row[Any] | None:
    """Whose session this is: none that has ended, whose access was revoked, or whose address is
    no longer that of a contact of the client."""
    return connection.execute(_FIND_SESSION, {"hash": token_hash}).one_or_none()


def find_invitation(connection: Connection, token_hash: bytes) -> Row[Any] | None:
    """The workspace and the id of an invitation; None if it is no longer good."""
    return connection.execute(_FIND_INVITATION, {"hash": token_hash}).one_or_none()


def find_link(connection: Connection, token_hash: bytes) -> Row[Any] | None:
    """The workspace and the access of a link to sign in by; None if it is no longer good."""
    return connection.execute(_FIND_LINK, {"hash": token_hash}).one_or_none()


def find_people(connection: Connection, email: str) -> Sequence[Row[Any]]:
    """The accesses of an address that may be signed in to, the latest used first."""
    return connection.execute(_FIND_PEOPLE, {"email": email_key(email)}).all()


def requests_due(session: Session) -> Sequence[Row[Any]]:
    """Who has asked for a link: the request, an access if there is one, and whether it is the
    request's last."""
    return session.execute(_REQUESTS_DUE, {"most": _AT_ONCE}).all()


def lapsed_invitations(session: Session) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Some invitations whose time is over and of which nobody was told: workspace and id."""
    return [tuple(row) for row in session.execute(_LAPSED, {"most": _AT_ONCE})]


def refusals_to_tell(session: Session) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Some accesses with refused sign-ins that nobody was told of: workspace and id."""
    return [tuple(row) for row in session.execute(_REFUSALS, {"most": _AT_ONCE})]


def get_access(session: Session, access_id: uuid.UUID) -> PortalAccess:
    """An access of the workspace; raises `AccessNotFound`."""
    found = session.get(PortalAccess, access_id)
    if found is None:
        raise AccessNotFound
    return found


def accesses_of(session: Session, client_id: uuid.UUID) -> Sequence[PortalAccess]:
    """Everyone of a client who was invited, in the order they were."""
    mine = select(PortalAccess).where(PortalAccess.client_id == client_id)
    return session.scalars(mine.order_by(PortalAccess.id)).all()


def access_by_address(session: Session, client_id: uuid.UUID, key: str) -> PortalAccess | None:
    """The access of an address to a client."""
    mine = select(PortalAccess).where(
        PortalAccess.client_id == client_id, PortalAccess.email_key == key
    )
    return session.scalar(mine)


def count_accesses(session: Session, client_id: uuid.UUID) -> int:
    """How many of a client may come, or were invited and may still accept."""
    counted = select(func.count()).where(
        PortalAccess.client_id == client_id, PortalAccess.state != REVOKED
    )
    return session.scalar(counted) or 0


def find_manager(session: Session, client: Client) -> tuple[str, str] | None:
    """Name and address of the user who looks after a client; None where nobody does."""
    if client.owner is None:
        return None
    user = session.get(User, uuid.UUID(client.owner["id"]))
    return None if user is None or user.disabled_at is not None else (user.name, user.email)


def sessions_of(uow: UnitOfWork, access_id: uuid.UUID) -> Sequence[PortalSession]:
    """Where a contact is signed in."""
    return uow.session.scalars(
        select(PortalSession).where(PortalSession.access_id == access_id).order_by(PortalSession.id)
    ).all()
