"""Why a client could not be invoiced, in sentences that each stand once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def sentences(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the findings of a run or of its preview say: of each the parts that it names, where
    it names some."""
    said: list[str] = []
    for each in found:
        parts = [part["message"] for part in each.get("errors") or []]
        said += parts or [each["message"]]
    return list(dict.fromkeys(said))
