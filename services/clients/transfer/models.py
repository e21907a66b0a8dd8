"""The tables of transfer, and how many rows are worked on at a time."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
OPEN = (QUEUED, RUNNING)

#: The kinds of jobs.
READ, PREVIEW, IMPORT, UNDO = "import_read", "import_preview", "import", "import_undo"
EXPORT, BULK = "export", "bulk"
KINDS = (READ, PREVIEW, IMPORT, UNDO, EXPORT, BULK)

#: What became of a row.
WAITING, CREATED, UPDATED, UNCHANGED = "waiting", "created", "updated", "unchanged"
SKIPPED, ROW_FAILED, DELETED, REVERTED = "skipped", "failed", "deleted", "reverted"
ROW_STATES = (WAITING, CREATED, UPDATED, UNCHANGED, SKIPPED, ROW_FAILED, DELETED, REVERTED)

#: What becomes of a new row that is much like a client.
SKIP, REJECT, CREATE = "skip", "reject", "create"

#: Rows of a piece, which is what one transaction works on.
PIECE_ROWS = 300
#: How long files are kept, and how long jobs with their rows.
FILES_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=30)

#: What pieces and earlier states are sealed for.
PIECE_CONTEXT = "clients.transfer"


class Job(Base):
    """Work that is carried out step by step. `saved` says where the next step begins."""

    __tablename__ = "jobs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    state: Mapped[str]
    params: Mapped[dict[str, Any]]
    saved: Mapped[dict[str, Any]]
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]]
    problem: Mapped[dict[str, Any] | None]
    origin: Mapped[dict[str, Any]]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    import_id: Mapped[uuid.UUID | None]
    turn: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class JobRow(Base):
    """What became of one row of a file, or of one client of a selection."""

    __tablename__ = "job_rows"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    state: Mapped[str]
    client_id: Mapped[uuid.UUID | None]
    version: Mapped[int | None]
    code: Mapped[str | None]
    errors: Mapped[list[dict[str, Any]]]


class Import(Base):
    """A file of clients: what it holds, once it has been read."""

    __tablename__ = "imports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
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


#: States of an import's file.
READING, READY, UNREADABLE = "reading", "ready", "failed"
