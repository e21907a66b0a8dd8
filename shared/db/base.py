"""What every service's declarative base shares: a naming convention and a type map.

Each service declares a base of its own, so that services share no table; it is a class
statement there, since type checkers do not follow a base made by a function.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# How annotations of mapped columns become column types.
TYPES: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    uuid.UUID: Uuid(as_uuid=True),
    dict[str, Any]: JSONB,
    list[str]: JSONB,
    list[dict[str, Any]]: JSONB,
}


def make_metadata() -> MetaData:
    """A new, empty metadata with the naming convention."""
    return MetaData(naming_convention=NAMING)
