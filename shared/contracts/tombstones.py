"""What is left of an event once its client was erased: its place, and no word of what it said.

A tombstone stands in for the data of any type. Of an event about an issued invoice it keeps
the snapshot in `invoice`, which names nobody: the books are not erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOMBSTONE: Mapping[str, Any] = {"erased": True}


def is_tombstone(data: Any) -> bool:
    """Whether an event's data is that of an erased client."""
    return isinstance(data, Mapping) and data.get("erased") is True
