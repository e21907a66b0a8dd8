"""Deletions with their receipts, and what a deletion or a merge would do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.db.base import Base

# Who has to erase what is theirs before a deletion is done.
OWN_PART = "clients"
PARTS = (OWN_PART, "documents", "activity", "metrics")

# How far a deletion is. Pending: it can be undone. Running: it can not.
PENDING, RUNNING, DONE, UNDONE = "pending", "running", "done", "undone"


class DeletionPart(Base):
    """One service's part of a deletion: since when it is done, and how much it was.

    Of this service's own part, also how often in a row it has failed, why, and when it is tried
    again: `problem` is the kind of error, never its text, which might quote the client.
    """

    __tablename__ = "deletion_parts"

    deletion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deletions.id"), primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    done_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str | None]
    retry_at: Mapped[datetime | None]


class Deletion(Base):
    """One deleted client: when, by whom, and what went with it. No name, no address.

    `version` and `client_code` are the client's last; `aliases` the ids that had been merged
    into it. `kept` is the sealed client itself, for as long as the deletion can be undone.
    """

    __tablename__ = "deletions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    version: Mapped[int]
    client_code: Mapped[str | None]
    aliases: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))
    event_id: Mapped[uuid.UUID | None]
    actor: Mapped[dict[str, Any]]
    goes: Mapped[list[dict[str, Any]]]
    stays: Mapped[list[dict[str, Any]]]
    kept: Mapped[bytes | None] = mapped_column(deferred=True)
    requested_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    parts: Mapped[list[DeletionPart]] = relationship(lazy="selectin")

    @property
    def state(self) -> str:
        """How far it is."""
        if self.undone_at is not None:
            return UNDONE
        if self.started_at is None:
            return PENDING
        return DONE if all(part.done_at for part in self.parts) else RUNNING

    @property
    def erased_ids(self) -> list[uuid.UUID]:
        """Every id whose data goes."""
        return [self.client_id, *self.aliases]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the other services hold of a client; None where one did not say.

    `notes` has a sentence for each service that did not answer.
    """

    documents: int | None = None
    bytes: int | None = None
    entries: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


NOBODY_ASKED = Holdings()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deletion at this version of the client takes along and leaves.

    Entries are `{kind, count, bytes?, note?}`; a count of None is another service's, which
    did not say.
    """

    client_id: uuid.UUID
    version: int
    goes: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    holdings: Holdings

    @property
    def own(self) -> dict[str, Any]:
        """The part of it that is counted here, under the client's lock."""
        elsewhere = {"documents", "timeline"}
        goes = [entry for entry in self.goes if entry["kind"] not in elsewhere]
        return {
            "client": self.client_id,
            "version": self.version,
            "goes": goes,
            "stays": self.stays,
        }
