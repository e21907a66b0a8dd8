"""Inviting somebody by mail: sent, sent again, revoked, accepted once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from services.clients.access import events, queries
from services.clients.access.errors import (
    AlreadyInvited,
    EmailTaken,
    InvitationOver,
    LinkGone,
)
from services.clients.access.models import Invitation, User
from services.clients.access.operations import passwords, people, roles
from services.clients.access.operations.links import link, spoken
from services.clients.mail.operations import queue_mail
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.secrets import NewToken, new_token, token_hash
from shared.unit_of_work import UnitOfWork

GOOD_FOR: Final = timedelta(days=7)
_KIND = "cin"


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation tells whoever holds its link."""

    email: str
    workspace: str
    role: str
    expires_at: datetime


def invite(
    uow: UnitOfWork, email: str, role: str, *, held: frozenset[str], web_url: str
) -> Invitation:
    """Send somebody a link by which they become a user of this role.

    Raises `BeyondYourOwn`, `EmailTaken` for a user of this workspace, and `AlreadyInvited`.
    Whether the address is a user's elsewhere is told to whoever opens the link alone.
    """
    roles.require_role(uow, role, held)
    if queries.is_here(uow, email):
        raise EmailTaken(f"{email} is in use.")
    made, moment = new_token(_KIND), now()
    invitation = Invitation(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        email=email,
        email_key=email_key(email),
        role=role,
        hash=made.hash,
        invited_by=uow.actor.name,
        created_at=moment,
        expires_at=moment + GOOD_FOR,
    )
    uow.session.add(invitation)
    try:
        uow.flush()
    except IntegrityError as error:
        raise AlreadyInvited("Send it again, or revoke it first.") from error
    _send(uow, invitation, made, web_url)
    return invitation


def resend(
    uow: UnitOfWork, invitation_id: uuid.UUID, *, held: frozenset[str], web_url: str
) -> Invitation:
    """Send another link, for seven days more; the one before is good no longer."""
    invitation = _open(uow, invitation_id)
    roles.require_role(uow, invitation.role, held)
    made = new_token(_KIND)
    invitation.hash, invitation.expires_at = made.hash, now() + GOOD_FOR
    invitation.version += 1
    _send(uow, invitation, made, web_url)
    return invitation


def revoke(uow: UnitOfWork, invitation_id: uuid.UUID) -> None:
    """The link is good no longer."""
    invitation = _open(uow, invitation_id)
    invitation.revoked_at = now()
    invitation.version += 1
    uow.publish(events.invitation_revoked(invitation, roles.name_of(uow, invitation.role)))


def look_up(runtime: Runtime, token: str) -> Invited:
    """What a link is for; raises `LinkGone`."""
    row = _find(runtime, token)
    with runtime.unit_of_work(runtime.own_origin(row.workspace_id)) as uow:
        found = queries.get_invitation(uow, row.id)
        workspace, role = queries.get_workspace(uow).name, roles.name_of(uow, found.role)
    return Invited(found.email, workspace, role, found.expires_at)


def accept(runtime: Runtime, token: str, name: str, password: str, correlation_id: str) -> User:
    """Become a user. Raises `LinkGone`, `EmailTaken`, or `Invalid` for a weak password."""
    row, invited = _find(runtime, token), look_up(runtime, token)
    hashed = passwords.new_hash(runtime, password, invited.email, name)
    user_id = uuid7()
    origin = Origin(row.workspace_id, Actor("user", str(user_id), name), correlation_id)
    with runtime.unit_of_work(origin) as uow:
        invitation = queries.get_invitation(uow, row.id, lock=True)
        if invitation.hash != token_hash(token) or _is_over(invitation):
            raise LinkGone
        user = people.add_user(uow, user_id, invitation.email, name, hashed, invitation.role)
        invitation.accepted_at = now()
        invitation.version += 1
        role = roles.name_of(uow, invitation.role)
        uow.publish(events.invitation_accepted(invitation, role, user))
    return user


def state_of(invitation: Invitation) -> str:
    """`accepted`, `revoked`, `expired` or `pending`."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.revoked_at is not None:
        return "revoked"
    return "expired" if invitation.expires_at <= now() else "pending"


def _send(uow: UnitOfWork, invitation: Invitation, made: NewToken, web_url: str) -> None:
    words = {
        "invited_by": uow.actor.name,
        "workspace": queries.get_workspace(uow).name,
        "link": link(web_url, "invitation", made.token),
        "good_until": spoken(invitation.expires_at),
    }
    queue_mail(uow, "invitation", invitation.email, words, good_until=invitation.expires_at)
    uow.publish(events.invitation_sent(invitation, roles.name_of(uow, invitation.role)))


def _find(runtime: Runtime, token: str) -> Row[tuple[uuid.UUID, uuid.UUID]]:
    with runtime.login_engine.connect() as connection:
        row = queries.find_invitation(connection, token_hash(token))
    if row is None:
        raise LinkGone
    return row


def _open(uow: UnitOfWork, invitation_id: uuid.UUID) -> Invitation:
    invitation = queries.get_invitation(uow, invitation_id, lock=True)
    if _is_over(invitation):
        raise InvitationOver
    return invitation


def _is_over(invitation: Invitation) -> bool:
    return invitation.accepted_at is not None or invitation.revoked_at is not None
