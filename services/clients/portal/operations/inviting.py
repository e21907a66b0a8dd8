"""Inviting a contact, changing what they see, and revoking: what the firm does."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from services.clients.access.operations.links import spoken
from services.clients.access.operations.roles import require_own
from services.clients.correspondence.operations.stopping import is_stopped
from services.clients.correspondence.operations.writing import Letter, write_to_client
from services.clients.correspondence.rules.kinds import PORTAL_INVITATION
from services.clients.correspondence.rules.recipients import Recipient
from services.clients.portal import events, rules
from services.clients.portal.errors import (
    AccessNotFound,
    AccessOver,
    AlreadyAccepted,
    MailIsOff,
    NoAddress,
)
from services.clients.portal.models import PortalAccess
from services.clients.portal.operations import sessions
from services.clients.portal.queries import access as queries
from services.clients.records.models.record import Client
from services.clients.records.operations.elements import find_element
from services.clients.records.queries.clients import get_children, lock_client
from services.clients.records.rules.elements import CONTACTS
from services.clients.values.addresses import email_key
from shared.clock import now
from shared.errors import FieldError
from shared.ids import uuid7
from shared.messaging.changes import changes_between
from shared.security.permissions import DOCUMENTS_VIEW, INVOICES_VIEW, PROJECTS_VIEW
from shared.security.secrets import new_token
from shared.unit_of_work import UnitOfWork

GOOD_FOR: Final = timedelta(days=7)
#: What one must be able to see to let somebody else see it.
_NEEDED: Final = {
    rules.PROJECTS: PROJECTS_VIEW,
    rules.INVOICES: INVOICES_VIEW,
    rules.DOCUMENTS: DOCUMENTS_VIEW,
}


def invite(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    contact_id: uuid.UUID | None,
    scopes: Sequence[str] | None,
    *,
    held: frozenset[str],
) -> PortalAccess:
    """Send a contact, None meaning the primary one, a link to the portal, for seven days.

    One that was sent before is good no longer; without `scopes` a new one has those of it, or
    all that the inviter can see. Raises `NoAddress`, `MailIsOff`, `AlreadyAccepted`,
    `BeyondYourOwn`, and that there is no such client or contact.
    """
    client = lock_client(uow, client_id)
    name, email = _contact(uow, client, contact_id)
    _require_mail(uow, client, email)
    access = queries.access_by_address(uow.session, client.id, email_key(email))
    if access is not None and access.state == rules.ACCEPTED:
        raise AlreadyAccepted("Change what is shared, or revoke the access first.")
    shared = _scopes(scopes, access, held)
    if access is None:
        access = _new_access(uow, client.id, email)
    access.name, access.scopes = name or access.name or email, shared
    _send(uow, access, client)
    return access


def change_scopes(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    access_id: uuid.UUID,
    scopes: Sequence[str],
    held: frozenset[str],
) -> PortalAccess:
    """Share more or less with a contact, from their next request on; raises `AccessOver`,
    `BeyondYourOwn`. A change without effect makes no event."""
    access = _of_client(uow, client_id, access_id)
    if access.state == rules.REVOKED:
        raise AccessOver
    _require_visible(set(scopes) - set(access.scopes), held)
    change(uow, access, {"scopes": rules.in_order(scopes)})
    return access


def revoke(uow: UnitOfWork, client_id: uuid.UUID, access_id: uuid.UUID) -> None:
    """Neither the link nor any session is good from now on; doing it again changes nothing."""
    access = _of_client(uow, client_id, access_id)
    if access.state == rules.REVOKED:
        return
    access.state, access.hash, access.password_hash = rules.REVOKED, None, None
    access.version += 1
    uow.publish(events.access_revoked(access))
    sessions.end_sessions(uow, access, "revoked")


def expire(uow: UnitOfWork, access_id: uuid.UUID) -> None:
    """Tell that nobody has come while an invitation was good; two at once tell it once."""
    access = sessions.hold_access(uow, access_id)
    if access is not None and access.state == rules.PENDING and access.expires_at <= now():
        access.state, access.hash = rules.EXPIRED, None
        access.version += 1
        uow.publish(events.access_expired(access))


def change(uow: UnitOfWork, access: PortalAccess, wanted: Mapping[str, Any]) -> None:
    """Change what an access holds; the client is locked."""
    before = {name: getattr(access, name) for name in wanted}
    changed = changes_between(before, wanted)
    if not changed:
        return
    for each in changed:
        setattr(access, each["field"], each["after"])
    access.version += 1
    uow.publish(events.access_updated(access, changed))


def _of_client(uow: UnitOfWork, client_id: uuid.UUID, access_id: uuid.UUID) -> PortalAccess:
    client = lock_client(uow, client_id)
    access = uow.session.get(PortalAccess, access_id, with_for_update=True)
    if access is None or access.client_id != client.id:
        raise AccessNotFound
    return access


def _contact(
    uow: UnitOfWork, client: Client, contact_id: uuid.UUID | None
) -> tuple[str | None, str]:
    if contact_id is None:
        return client.contact_name, client.contact_email
    contacts = get_children(uow.session, client.id)["contacts"]
    contact = find_element(CONTACTS, contacts, contact_id)
    if not contact["email"]:
        message = "Give the contact an e-mail address first."
        raise NoAddress(message, errors=[FieldError("email", "required", message)])
    return contact["name"], str(contact["email"])


def _require_mail(uow: UnitOfWork, client: Client, email: str) -> None:
    """The invitation would be kept back, and nobody would know why."""
    if not client.email_notifications:
        raise MailIsOff("Switch the client's e-mail notifications on first.")
    if is_stopped(uow, client.id, email):
        raise MailIsOff(f"{email} has asked for no more mail.")


def _scopes(
    wanted: Sequence[str] | None, before: PortalAccess | None, held: frozenset[str]
) -> list[str]:
    if wanted is not None:
        _require_visible(wanted, held)
        return rules.in_order(wanted)
    visible = [scope for scope in rules.SCOPES if _NEEDED[scope] in held]
    return visible if before is None else [it for it in before.scopes if it in visible]


def _require_visible(scopes: Iterable[str], held: frozenset[str]) -> None:
    """Raise `BeyondYourOwn` for a scope that the caller does not see."""
    require_own([_NEEDED[scope] for scope in scopes], held)


def _new_access(uow: UnitOfWork, client_id: uuid.UUID, email: str) -> PortalAccess:
    moment = now()
    access = PortalAccess(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=client_id,
        email=email,
        email_key=email_key(email),
        name="",
        version=0,
        created_at=moment,
    )
    uow.session.add(access)
    return access


def _send(uow: UnitOfWork, access: PortalAccess, client: Client) -> None:
    made, moment = new_token("cpi"), now()
    access.state, access.hash, access.password_hash = rules.PENDING, made.hash, None
    access.sent_at, access.expires_at = moment, moment + GOOD_FOR
    access.accepted_at, access.invited_by = None, uow.actor.name
    access.version += 1
    letter = Letter(
        PORTAL_INVITATION,
        {"good_until": f"{spoken(access.expires_at)} (UTC)"},
        page=f"portal/invitation/{made.token}",
        good_until=access.expires_at,
    )
    write_to_client(uow, client, letter, [Recipient(access.email, access.name)])
    uow.publish(events.access_invited(access))
