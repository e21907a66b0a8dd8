"""The facts that the portal announces; all of them are of a client."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from services.clients.access.events import circumstances
from services.clients.portal.models import PortalAccess, PortalRefusal, PortalSession
from shared.clock import rfc3339
from shared.ids import uuid7
from shared.messaging.envelope import Event


def access_invited(access: PortalAccess) -> Event:
    """A contact may come by a link; so told when it is sent again too."""
    return _of_access("invited", access, {"expires_at": rfc3339(access.expires_at)})


def access_accepted(access: PortalAccess) -> Event:
    """They have come."""
    return _of_access("accepted", access, {})


def access_expired(access: PortalAccess) -> Event:
    """Nobody came while the link was good."""
    return _of_access("expired", access, {})


def access_revoked(access: PortalAccess) -> Event:
    """They may come no longer."""
    return _of_access("revoked", access, {})


def access_updated(access: PortalAccess, changes: list[dict[str, Any]]) -> Event:
    """What they see, or what they sign in by or as, has changed; a secret is told as changed."""
    return _of_access("updated", access, {"changes": changes})


def _of_access(what: str, access: PortalAccess, more: dict[str, Any]) -> Event:
    return Event(
        f"clients.portal_access.{what}.v1",
        f"portal_access/{access.id}",
        access.version,
        access.client_id,
        {"portal_access": _access(access), **more},
    )


def _access(access: PortalAccess) -> dict[str, Any]:
    return {
        "id": str(access.id),
        "email": access.email,
        "name": access.name,
        "scopes": list(access.scopes),
    }


def sign_in_refused(access: PortalAccess, refusals: Sequence[PortalRefusal]) -> Event:
    """Someone tried to sign in as a contact, from one place and for one reason, so many times."""
    data = {"portal_access": _access(access), **circumstances(refusals)}
    kind, subject = "clients.portal_sign_in.refused.v1", f"portal_sign_in/{uuid7()}"
    return Event(kind, subject, 1, access.client_id, data, refusals[0].refused_at)


def session_started(session: PortalSession, access: PortalAccess) -> Event:
    """A contact has signed in."""
    return _of_session("started", 1, session, access, {})


def session_ended(session: PortalSession, access: PortalAccess, reason: str) -> Event:
    """Where a contact was signed in, they no longer are."""
    return _of_session("ended", 2, session, access, {"reason": reason})


def _of_session(
    what: str, version: int, session: PortalSession, access: PortalAccess, more: dict[str, Any]
) -> Event:
    data = {"portal_session": _session(session, access), **more}
    subject = f"portal_session/{session.id}"
    return Event(f"clients.portal_session.{what}.v1", subject, version, access.client_id, data)


def page_viewed(
    session: PortalSession, access: PortalAccess, page: str, object_id: uuid.UUID | None
) -> Event:
    """A contact has looked at a page of many things, or of one."""
    data = {
        "portal_session": _session(session, access),
        "page": page,
        "object_id": None if object_id is None else str(object_id),
    }
    subject = f"portal_page/{uuid7()}"
    return Event("clients.portal_page.viewed.v1", subject, 1, access.client_id, data)


def _session(session: PortalSession, access: PortalAccess) -> dict[str, Any]:
    return {
        "id": str(session.id),
        "user": {"id": str(access.id), "name": access.name},
        "address": session.address,
        "device": session.device,
        "by_link": session.by_link,
    }
