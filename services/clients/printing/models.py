"""Papers: what was asked to be printed, and the document that came of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class Paper(Base):
    """A PDF of something of a client, asked for once and made by a job.

    `subject` is what is on it, as `invoice/<id>`, and `version` counts the papers of a subject.
    Its id is its document's as well, so that one made again after a crash is the same. `content`
    is what the layout prints, and goes once it is printed. `layout` has its revision, as
    `invoice 1`, and `engine` says what rendered it.
    """

    __tablename__ = "papers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    subject: Mapped[str]
    version: Mapped[int]
    layout: Mapped[str]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    file_name: Mapped[str]
    job_id: Mapped[uuid.UUID]
    engine: Mapped[str | None]
    sha256: Mapped[str | None]
    created_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]
