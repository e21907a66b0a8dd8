"""Accepting an invitation: whoever holds its link holds the mailbox that it was sent to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row

from services.clients.access.errors import LinkGone
from services.clients.access.operations.passwords import new_hash
from services.clients.access.queries import get_workspace
from services.clients.portal import events, rules
from services.clients.portal.models import PortalAccess
from services.clients.portal.operations import sessions
from services.clients.portal.operations.sessions import SignedIn
from services.clients.portal.queries import access as queries
from services.clients.records.queries.clients import get_client
from shared.clock import now
from shared.runtime import Runtime
from shared.security.identity import Whence
from shared.security.secrets import token_hash


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation tells whoever holds its link."""

    email: str
    name: str
    company: str
    workspace: str
    scopes: list[str]
    expires_at: datetime


def look_up(runtime: Runtime, token: str) -> Invited:
    """What a link is for; raises `LinkGone`."""
    row = _find(runtime, token)
    with runtime.unit_of_work(runtime.own_origin(row.workspace_id)) as uow:
        found = queries.get_access(uow.session, row.id)
        company = get_client(uow.session, found.client_id).client.company_name
        workspace = get_workspace(uow).name
    return Invited(found.email, found.name, company, workspace, found.scopes, found.expires_at)


def accept(
    runtime: Runtime,
    token: str,
    name: str,
    password: str | None,
    whence: Whence,
    correlation_id: str,
) -> SignedIn:
    """Come to the portal for the first time, with a password or without; one is signed in then.

    Raises `LinkGone`, also for the second of two at once, or `Invalid` for a weak password.
    """
    row, invited = _find(runtime, token), look_up(runtime, token)
    hashed = None if password is None else new_hash(runtime, password, invited.email, name)
    with sessions.begin(runtime, row.workspace_id, row.id, name, correlation_id) as uow:
        access = sessions.hold_access(uow, row.id)
        if access is None or access.hash != token_hash(token):
            raise LinkGone
        _become(access, name, hashed)
        uow.publish(events.access_accepted(access))
        return sessions.start_session(uow, access, whence, runtime.settings, by_link=True)


def _become(access: PortalAccess, name: str, hashed: str | None) -> None:
    access.state, access.hash = rules.ACCEPTED, None
    access.name, access.password_hash = name, hashed
    access.accepted_at = now()
    access.version += 1


def _find(runtime: Runtime, token: str) -> Row[tuple[uuid.UUID, uuid.UUID]]:
    with runtime.login_engine.connect() as connection:
        row = queries.find_invitation(connection, token_hash(token))
    if row is None:
        raise LinkGone
    return row
