"""The table of views."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.messaging.envelope import Actor

#: Views of one workspace, whoever made them.
MAX_VIEWS = 1_000
NAME_LENGTH = 100


class SavedView(Base):
    """Parameters of the list of clients under a name; `maker` is who made it, as a key."""

    __tablename__ = "saved_views"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    version: Mapped[int]
    name: Mapped[str]
    name_key: Mapped[str]
    query: Mapped[dict[str, Any]]
    shared: Mapped[bool]
    maker: Mapped[str]
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


def maker_of(actor: Actor) -> str:
    """The same for all that one user, or one program, makes."""
    return f"{actor.kind}/{actor.id}"
