"""Rows of periodic jobs that fail and are tried again, of all workspaces, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

# The services with rows of their own to work on.
_SERVICES = ("clients", "documents")
_FAILING = text("SELECT kind, count, oldest_at, why FROM failing_rows()")


@dataclass(frozen=True, slots=True)
class Failing:
    """So many rows of a kind fail, the oldest since then; `why` is a kind of error, if known."""

    service: str
    kind: str
    count: int
    oldest_at: datetime
    why: str | None


def failing(engine_of: Callable[[str], Engine]) -> list[Failing]:
    """What fails in each service; `engine_of(service)` is a `pipe` engine."""
    found = []
    for service in _SERVICES:
        with engine_of(service).connect() as connection:
            found += [Failing(service, *row) for row in connection.execute(_FAILING)]
    return found


def columns(found: Sequence[Failing]) -> list[Sequence[Any]]:
    """The table of that."""
    rows = [
        (each.service, each.kind, each.count, f"{each.oldest_at:%Y-%m-%d %H:%M}", each.why or "")
        for each in found
    ]
    return [["service", "failing", "rows", "since", "why"], *rows]
