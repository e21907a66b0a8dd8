"""The tables of jobs, and what can become of a row."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

#: What became of a row.
WAITING, CREATED, UPDATED, UNCHANGED = "waiting", "created", "updated", "unchanged"
SKIPPED, ROW_FAILED, DELETED, REVERTED = "skipped", "failed", "deleted", "reverted"
ROW_STATES = (WAITING, CREATED, UPDATED, UNCHANGED, SKIPPED, ROW_FAILED, DELETED, REVERTED)

#: How long jobs are kept with their rows once they are over.
JOBS_KEPT = timedelta(days=30)


class Job(Base):
    """Work that is carried out in turns. `saved` says where the next piece begins.

    `origin` is who asked for it, `permissions` what they were allowed to then. `import_id` is
    the file that it works on, where it is one of a file's jobs.
    """

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
    """What became of one row of a file, or of one client of a selection.

    `version` is the client's after it; `entry_id` is the time entry that was made of it.
    """

    __tablename__ = "job_rows"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    state: Mapped[str]
    client_id: Mapped[uuid.UUID | None]
    version: Mapped[int | None]
    entry_id: Mapped[uuid.UUID | None]
    errors: Mapped[list[dict[str, Any]]]
    warnings: Mapped[list[dict[str, Any]]]
