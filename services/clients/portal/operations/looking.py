"""What contacts look at: told of each page and each thing on one, once a session and day."""

from __future__ import annotations

import uuid

from services.clients.portal import events
from services.clients.portal.models import PortalSession
from services.clients.portal.operations import sessions
from services.clients.portal.operations.sessions import Visitor
from shared.clock import now
from shared.unit_of_work import UnitOfWork


def note_look(uow: UnitOfWork, visitor: Visitor, page: str, object_id: uuid.UUID | None) -> None:
    """Tell that a contact has looked at a page, unless that is told."""
    what, today = page if object_id is None else f"{page}/{object_id}", now().date()
    session = uow.session.get(PortalSession, visitor.session_id)
    if session is None or session.has_seen(what, today):
        return
    access = sessions.hold_access(uow, visitor.access_id)
    session = uow.session.get(PortalSession, visitor.session_id, populate_existing=True)
    if access is None or session is None or session.has_seen(what, today):
        return
    session.see(what, today)
    uow.publish(events.page_viewed(session, access, page, object_id))
