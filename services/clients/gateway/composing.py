"""Composing one answer out of several services."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.clients.gateway.errors import PartUnavailable


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an overview: its name, which is its service's too, and how to get it.

    `fetch` is given the seconds that are left and raises `PartUnavailable`; None: the caller
    may not see this part.
    """

    name: str
    fetch: Callable[[float], Any] | None


def compose_overview(
    client: Mapping[str, Any],
    parts: list[Part],
    limit_seconds: float,
    monotonic: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """The client with its parts; one that does not come in time is null and said to be away."""
    found, away = gather(parts, limit_seconds, monotonic)
    return {"client": client, **found, "unavailable": away}


def gather(
    parts: list[Part], limit_seconds: float, monotonic: Callable[[], float] = time.monotonic
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The parts by name, null where one does not come in time, and those that are away.

    The limit holds for all parts together, as they are on their way at the same time.
    """
    deadline = monotonic() + limit_seconds
    found: dict[str, Any] = {}
    away = []
    for part in parts:
        found[part.name] = None
        if part.fetch is None:
            continue
        try:
            found[part.name] = part.fetch(max(0.0, deadline - monotonic()))
        except PartUnavailable as error:
            away.append(_away(part, error))
    return found, away


def _away(part: Part, error: PartUnavailable) -> dict[str, str]:
    return {
        "part": part.name,
        "service": error.service,
        "since": error.since,
        "detail": error.detail,
    }
