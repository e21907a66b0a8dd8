"""The declarative base of the metrics database; its tables live nowhere else."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase

from shared.db.base import TYPES, make_metadata


class Base(DeclarativeBase):
    """Base of the metrics service's models."""

    metadata = make_metadata()
    type_annotation_map = TYPES
