"""The table of lists, and a list as it is handed around."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from services.clients.lists.rules.entries import Entry
from shared.db.base import Base

#: The lists by the names they are stored under and have in events.
INDUSTRIES = "industries"
SERVICE_TYPES = "service_types"
STANDARDS = "compliance_standards"
CATEGORIES = "document_categories"
LISTS = (INDUSTRIES, SERVICE_TYPES, STANDARDS, CATEGORIES)


class WorkspaceList(Base):
    """A list that differs from the default one; a workspace without a row has that."""

    __tablename__ = "workspace_lists"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    entries: Mapped[list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class ListState:
    """One list of a workspace; its version rises with each change of an entry."""

    name: str
    version: int
    entries: tuple[Entry, ...]
