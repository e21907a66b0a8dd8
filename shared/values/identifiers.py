"""Ids in bodies."""

from __future__ import annotations

import uuid
from typing import Any

from shared.values.findings import Wrong


def identifier(value: Any) -> str:
    """A UUID in its usual spelling."""
    try:
        if isinstance(value, str):
            return str(uuid.UUID(value))
    except ValueError:
        pass
    raise Wrong("wrong_type", "Must be a UUID.")
