"""Which events a webhook wants, and which of them its owner may view."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from services.activity.events.rules.viewing import NEEDED, visible_types
from services.activity.events.rules.wildcards import matching, meant_by

PING = "webhooks.ping"
#: Told between services; nobody outside has a use for them.
_INTERNAL = frozenset(
    matching(f"{name}.client.erased.*" for name in ("documents", "activity", "metrics"))
)


def unmatched(patterns: Iterable[str]) -> list[str]:
    """The patterns that no event of the catalogue will ever match."""
    return [pattern for pattern in patterns if not set(meant_by(pattern)) - _INTERNAL]


@lru_cache(maxsize=4096)
def wanted_types(patterns: tuple[str, ...], permissions: frozenset[str]) -> frozenset[str]:
    """The event types that match one of the patterns and that these permissions may view."""
    return (matching(patterns) & visible_types(permissions)) - _INTERNAL


def kept_permissions(held: Collection[str]) -> frozenset[str]:
    """Those of a caller's permissions that decide what a webhook of theirs may tell."""
    return frozenset(held) & frozenset(NEEDED.values())
