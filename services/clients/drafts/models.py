"""The table of drafts, and a draft as it is handed around."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class ClientDraft(Base):
    """A client that is being put together. `steps` is what was typed, sealed as JSON."""

    __tablename__ = "client_drafts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    version: Mapped[int]
    steps: Mapped[bytes]
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


#: How long a draft lives on after it was last saved.
DRAFT_LIFETIME = timedelta(days=30)


#: What the steps of a draft are sealed for.
DRAFT_CONTEXT = "clients.draft"


@dataclass(slots=True)
class Draft:
    """A draft with what was typed in each step that was saved."""

    row: ClientDraft
    steps: dict[str, dict[str, Any]]

    @property
    def id(self) -> uuid.UUID:
        """The draft's id, and that of the client made of it."""
        return self.row.id

    @property
    def version(self) -> int:
        """Rises with each save that changes something."""
        return self.row.version

    @property
    def expires_at(self) -> datetime:
        """When it goes, unless it is saved before."""
        return self.row.updated_at + DRAFT_LIFETIME
