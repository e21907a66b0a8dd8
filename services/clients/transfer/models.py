"""The table of imports, and how many rows are worked on at a time."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.security.permissions import CLIENTS_VIEW_TAX_ID, PROJECTS_VIEW

#: The kinds of jobs that transfer has.
READ, PREVIEW, IMPORT, UNDO = "import_read", "import_preview", "import", "import_undo"
EXPORT, BULK = "export", "bulk"
TIME_PREVIEW, TIME_IMPORT, TIME_UNDO = "time_import_preview", "time_import", "time_import_undo"

#: What a file is of.
CLIENTS, TIME = "clients", "time"

#: The permission to view all that may be in a file, and come of it, by what it is of.
SHOWING = {CLIENTS: CLIENTS_VIEW_TAX_ID, TIME: PROJECTS_VIEW}

#: States of an import's file.
READING, READY, UNREADABLE = "reading", "ready", "failed"

#: What becomes of a new row that is much like a client.
SKIP, REJECT, CREATE = "skip", "reject", "create"

#: What rows that name the same client are: clients apart, or one with several contacts.
APART, CONTACTS = "apart", "contacts"

#: Rows of a piece, which is what one transaction works on.
PIECE_ROWS = 300
#: More than any row's number: the database counts rows in 31 bits.
ALL_ROWS = (1 << 31) - 1
#: What the files of a workspace's imports and exports may take together, as they are stored.
QUOTA_BYTES = 2 << 30
#: How long files are kept, and how long it is known that there was one.
FILES_KEPT = timedelta(days=7)
IMPORTS_KEPT = timedelta(days=30)

#: What pieces and earlier states are sealed for.
PIECE_CONTEXT = "clients.transfer"


class Import(Base):
    """A file of clients or of time: what it holds, once it has been read."""

    __tablename__ = "imports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    content: Mapped[str]
    file_name: Mapped[str]
    format: Mapped[str]
    size: Mapped[int]
    state: Mapped[str]
    columns: Mapped[list[str]]
    sample: Mapped[list[list[str]]] = mapped_column(JSONB)
    details: Mapped[dict[str, Any]]
    rows: Mapped[int | None]
    problem: Mapped[dict[str, Any] | None]
    created_by: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
