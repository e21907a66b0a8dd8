"""Notes, and every version that a note has had."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class Note(Base):
    """A note as it is now.

    `happened_at` is when what it tells of took place. `contact_name` is the contact's as it was
    when the note was written; the contact may be gone. The document is another service's.
    """

    __tablename__ = "notes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    version: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    happened_at: Mapped[datetime]
    document_id: Mapped[uuid.UUID | None]
    contact_id: Mapped[uuid.UUID | None]
    contact_name: Mapped[str | None]
    author: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class NoteVersion(Base):
    """A note as somebody left it, the present version among them."""

    __tablename__ = "note_versions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    note_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notes.id"))
    version: Mapped[int]
    kind: Mapped[str]
    text: Mapped[str]
    happened_at: Mapped[datetime]
    document_id: Mapped[uuid.UUID | None]
    contact_id: Mapped[uuid.UUID | None]
    contact_name: Mapped[str | None]
    editor: Mapped[dict[str, Any]]
    written_at: Mapped[datetime]


#: What of a note is written, and kept version by version.
CONTENT = ("kind", "text", "happened_at", "document_id", "contact_id", "contact_name")
