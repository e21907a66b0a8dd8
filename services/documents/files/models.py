"""Documents, the row of a client that orders its documents' events, and the room they take."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

PENDING = "pending"
CHECKING = "checking"
AVAILABLE = "available"
QUARANTINED = "quarantined"
DELETING = "deleting"
DELETED = "deleted"

STATES = (PENDING, CHECKING, AVAILABLE, QUARANTINED, DELETING, DELETED)
DEFAULT_CATEGORY = "other"
REPORT = "report"
CATEGORY_LENGTH = 100


class Document(Base):
    """One file of a client and where it stands.

    pending → checking → available | quarantined; any of them → deleting → deleted. Until the
    check has passed, `size`, `sha256` and `content_type` are what the uploader announced.

    `staging_key` is where the handed-out link writes; `final_key` is the copy that was checked
    and is served, a key that no link ever wrote to. Both are empty where no object is.
    """

    __tablename__ = "documents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(default=PENDING)
    # What the record's ETag says, and how many events it has caused: a download is an event
    # but leaves the record as it is.
    version: Mapped[int] = mapped_column(default=1)
    event_version: Mapped[int] = mapped_column(default=0)

    file_name: Mapped[str]
    title: Mapped[str | None]
    category: Mapped[str]
    expires_on: Mapped[date | None]
    portal_visible: Mapped[bool] = mapped_column(default=False)
    # Made here of the client's invoices: it is for those who may view them, and stays.
    paper: Mapped[bool] = mapped_column(default=False)

    content_type: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    pages: Mapped[int | None]
    marks: Mapped[list[str]] = mapped_column(default=list)
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    staging_key: Mapped[str | None]
    final_key: Mapped[str | None]
    upload_id: Mapped[str | None]
    abandoned_at: Mapped[datetime]

    # The check or the removal under way: how often it was begun (a removal: how often the store
    # refused it), whether the check's copy exists, until when it is someone's or left alone,
    # and who asked for it.
    attempts: Mapped[int] = mapped_column(default=0)
    copied: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[datetime | None]
    origin: Mapped[dict[str, Any]]

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ClientRef(Base):
    """A client as this service knows it: a row to lock, so that its events have an order."""

    __tablename__ = "client_refs"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class ErasedClient(Base):
    """A client that was deleted: what arrives late for it is not kept, nor is it shown."""

    __tablename__ = "erased_clients"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    erased_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    # The ids merged into it, what it held, which event asked, and since when all of it is gone.
    aliases: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    documents: Mapped[int]
    bytes: Mapped[int]
    correlation_id: Mapped[str]
    causation_id: Mapped[str | None]
    reported_at: Mapped[datetime | None]


class ClientAlias(Base):
    """An id whose client was merged into another, the target."""

    __tablename__ = "client_aliases"

    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    target_id: Mapped[uuid.UUID]


class OpenLink(Base):
    """A link to upload to, which may still be written to though its document is gone."""

    __tablename__ = "open_links"

    staging_key: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    expires_at: Mapped[datetime]


class WorkspaceUsage(Base):
    """The bytes that a workspace's documents take or have been promised."""

    __tablename__ = "workspace_usage"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    used_bytes: Mapped[int] = mapped_column(BigInteger)
