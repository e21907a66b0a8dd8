"""No more mail to an address: asked for by the link in a mail, without signing in.

The link is sealed, so that nobody can make one for another; it does not end, as mail is kept.
"""

from __future__ import annotations

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from services.clients.access.queries import get_workspace
from services.clients.correspondence.errors import StopLinkGone
from services.clients.correspondence.models import MailStop
from services.clients.correspondence.rules.kinds import PORTAL_SIGN_IN
from services.clients.mail.models import Mail
from services.clients.records.models.record import CLIENTS
from services.clients.records.queries.owned import lock_if_there
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.messaging.envelope import Actor
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.crypto import CannotDecrypt, Vault
from shared.unit_of_work import UnitOfWork

_SEALED_FOR = "clients.mail.stop"


@dataclass(frozen=True, slots=True)
class StopLink:
    """Whose mail a link is about."""

    workspace_id: uuid.UUID
    client_id: uuid.UUID
    email: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """What a link would stop, or has stopped: whose mail, to which address."""

    workspace: str
    email: str
    is_stopped: bool


def stop_path(vault: Vault, workspace_id: uuid.UUID, client_id: uuid.UUID, email: str) -> str:
    """The page of the web interface that stops mail about a client to an address."""
    said = orjson.dumps([workspace_id, client_id, email])
    token = urlsafe_b64encode(vault.encrypt(said, _SEALED_FOR)).rstrip(b"=").decode()
    return f"unsubscribe/{token}"


def opened(vault: Vault, token: str) -> StopLink:
    """Whose mail it is; raises `StopLinkGone` for one that was not made here."""
    try:
        sealed = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        workspace, client, email = orjson.loads(vault.decrypt(sealed, _SEALED_FOR))
    except (CannotDecrypt, ValueError) as error:
        raise StopLinkGone from error
    return StopLink(uuid.UUID(workspace), uuid.UUID(client), email)


def look_up(runtime: Runtime, token: str) -> Stopping:
    """What a link would stop. Raises `StopLinkGone`."""
    link = opened(runtime.vault, token)
    with runtime.unit_of_work(runtime.own_origin(link.workspace_id)) as uow:
        return _stopping(uow, link, is_stopped=is_stopped(uow, link.client_id, link.email))


def stop(runtime: Runtime, token: str, correlation_id: str) -> Stopping:
    """Stop it, if that is not done. Raises `StopLinkGone`."""
    link = opened(runtime.vault, token)
    origin = Origin(link.workspace_id, Actor("contact", None, link.email), correlation_id)
    with runtime.unit_of_work(origin) as uow:
        _stop(uow, link)
        return _stopping(uow, link, is_stopped=True)


def _stop(uow: UnitOfWork, link: StopLink) -> None:
    if lock_if_there(uow, link.client_id) is None:
        raise StopLinkGone
    uow.session.execute(
        insert(MailStop)
        .values(
            client_id=link.client_id,
            email_key=email_key(link.email),
            workspace_id=uow.workspace_id,
            email=link.email,
            stopped_at=now(),
        )
        .on_conflict_do_nothing()
    )


def _stopping(uow: UnitOfWork, link: StopLink, *, is_stopped: bool) -> Stopping:
    if _switch(uow, link.client_id) is None:
        raise StopLinkGone
    return Stopping(get_workspace(uow).name, link.email, is_stopped)


def is_stopped(uow: UnitOfWork, client_id: uuid.UUID, email: str) -> bool:
    """Whether an address gets no more mail about a client."""
    return uow.session.get(MailStop, (client_id, email_key(email))) is not None


def allow_again(uow: UnitOfWork, client_id: uuid.UUID, email: str) -> None:
    """Write to an address again, as they have asked for."""
    mine = (MailStop.client_id == client_id, MailStop.email_key == email_key(email))
    uow.session.execute(delete(MailStop).where(*mine))


def why_not(uow: UnitOfWork, mail: Mail) -> str | None:
    """Why a mail to a client may not leave now; None if it may."""
    assert mail.client_id is not None
    match _switch(uow, mail.client_id):
        case None:
            return "The client is gone."
        case False:
            return "The client's e-mail notifications are off."
    if mail.kind != PORTAL_SIGN_IN and is_stopped(uow, mail.client_id, mail.recipient):
        return "The recipient has asked for no more mail."
    return None


def _switch(uow: UnitOfWork, client_id: uuid.UUID) -> bool | None:
    """Whether a client gets mail at all; None where it is gone."""
    wanted = select(CLIENTS.c.email_notifications).where(CLIENTS.c.id == client_id)
    return uow.session.scalar(wanted)
