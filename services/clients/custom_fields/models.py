"""The table of definitions, and the types that a field can have."""

from __future__ import annotations

import uuid

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

TYPES = ("text", "number", "date", "boolean", "choice", "multi_choice", "url", "email")
#: The types whose values are chosen from the field's choices.
CHOOSING = ("choice", "multi_choice")
MAX_FIELDS = 100


class CustomField(Base):
    """A field. A retired one stays on the clients that have it and is given to no other."""

    __tablename__ = "custom_fields"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    version: Mapped[int]
    key: Mapped[str]
    label: Mapped[str]
    type: Mapped[str]
    required: Mapped[bool]
    choices: Mapped[list[str]] = mapped_column(ARRAY(Text))
    retired: Mapped[bool]
