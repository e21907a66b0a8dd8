"""Which events a webhook wants, and which of them its owner may view."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from shared.contracts import catalogue

#: What events of a kind need beside the right to manage webhooks; the others need `_ELSE`.
_NEEDS = {
    "clients.invoice": "invoices.view",
    "clients.project": "projects.view",
    "clients.user": "users.manage",
    "clients.api_key": "users.manage",
    "documents.document": "documents.view",
}
_ELSE = "clients.view"
#: Told between services; nobody outside has a use for them.
_INTERNAL = ("documents.client.erased", "activity.client.erased", "metrics.client.erased")
PING = "webhooks.ping"


def unmatched(patterns: Iterable[str]) -> list[str]:
    """The patterns that no event of the catalogue will ever match."""
    return [one for one in patterns if not any(_matches(one, name) for name in _offered())]


@lru_cache(maxsize=4096)
def wanted_types(patterns: tuple[str, ...], permissions: frozenset[str]) -> frozenset[str]:
    """The event types that match one of the patterns and that these permissions may view."""
    return frozenset(
        name
        for name in _offered()
        if _need(name) in permissions and any(_matches(one, name) for one in patterns)
    )


def kept_permissions(held: Collection[str]) -> frozenset[str]:
    """Those of a caller's permissions that decide what a webhook of theirs may tell."""
    return frozenset(held) & {_ELSE, *_NEEDS.values()}


def _offered() -> list[str]:
    return [name for name in catalogue.types() if _family(name) not in _INTERNAL]


def _matches(pattern: str, name: str) -> bool:
    """A name stands for itself, in any version where it has none; `clients.*` for what follows."""
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return pattern in {name, _family(name)}


def _need(name: str) -> str:
    return _NEEDS.get(_family(name).rpartition(".")[0], _ELSE)


def _family(name: str) -> str:
    return name.rpartition(".v")[0]
