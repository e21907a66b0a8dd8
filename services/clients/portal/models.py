"""Who may come to the portal, where they are signed in, and links that were mailed to them."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.clients.access.models import Begun, Refusal
from services.clients.portal import rules
from services.clients.records.models.owned import OwnedByClient
from shared.clock import now
from shared.db.base import Base


class PortalAccess(OwnedByClient, Base):
    """The access of one address to what is a client's, from the invitation on.

    It holds while the address is that of a contact of the client; which is asked at every
    request. `hash` is that of the invitation's link, None once it was used. `invited_by` is a
    name; without a `password_hash` one signs in by a mailed link alone.
    """

    __tablename__ = "portal_access"

    workspace_id: Mapped[uuid.UUID]
    email: Mapped[str]
    email_key: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str]]
    state: Mapped[str]
    hash: Mapped[bytes | None]
    password_hash: Mapped[str | None]
    invited_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]

    @property
    def state_now(self) -> str:
        """`pending`, `accepted`, `expired` or `revoked`."""
        return rules.state_at(self.state, self.expires_at, now())


class PortalSession(Begun):
    """Where a contact is signed in; one that has ended is no longer here.

    `by_link`: it began by a mailed link, which proves the mailbox. `seen` are the pages and things
    that were looked at on the day `seen_on`.
    """

    __tablename__ = "portal_sessions"

    access_id: Mapped[uuid.UUID]
    by_link: Mapped[bool]
    seen_on: Mapped[date | None]
    seen: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)

    def has_seen(self, what: str, day: date) -> bool:
        """Whether it has looked at something on a day."""
        return self.seen_on == day and what in self.seen

    def see(self, what: str, day: date) -> None:
        """It has now; what was seen on days before is forgotten."""
        self.seen = [*self.seen, what] if self.seen_on == day else [what]
        self.seen_on = day


class PortalRefusal(Refusal, Base):
    """Of somebody who signed in as a contact."""

    __tablename__ = "portal_refusals"

    access_id: Mapped[uuid.UUID | None]


class PortalLink(Base):
    """A mailed link by which a contact signs in, known by its hash; one per access."""

    __tablename__ = "portal_links"

    access_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    hash: Mapped[bytes]
    expires_at: Mapped[datetime]
