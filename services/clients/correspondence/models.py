"""How a workspace words its mail to clients, and who has stopped it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class MailStop(Base):
    """An address that gets no more mail about a client; `email` is as it was written to."""

    __tablename__ = "mail_stops"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email_key: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    email: Mapped[str]
    stopped_at: Mapped[datetime]


class MailWording(Base):
    """What a kind of mail says in a workspace, in place of what it says by itself."""

    __tablename__ = "mail_wordings"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    text: Mapped[str]
    updated_at: Mapped[datetime]
