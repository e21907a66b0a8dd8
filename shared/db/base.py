"""The declarative base of every model, and how annotations become column types."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Each service's models have metadata of their own, so that services share no table."""

    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy's own attribute, read once.
        datetime: DateTime(timezone=True),
        uuid.UUID: Uuid(as_uuid=True),
        dict[str, Any]: JSONB,
        list[str]: JSONB,
        list[dict[str, Any]]: JSONB,
    }

    def __init_subclass__(cls, **options: Any) -> None:
        """Choose the metadata by the service that the model stands in."""
        cls.metadata = _metadata_of(cls.__module__.split(".")[1])
        super().__init_subclass__(**options)


@cache
def _metadata_of(_service: str) -> MetaData:
    return MetaData()
