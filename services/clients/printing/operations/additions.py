"""What a paper tells that other services know: asked for when it is printed, outside of any
transaction, and kept, so that a second attempt prints the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.clients.printing.models import Paper
from shared.messaging.outbox import Origin
from shared.registry import Registry
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to the content of papers of a layout, its `name`. `fetch` raises
    `Unavailable` where it cannot be had now; the paper waits."""

    name: str
    fetch: Callable[[Runtime, Origin, Paper], Mapping[str, Any]]


#: Where it stands in the content.
MORE: Final = "more"
ADDITIONS: Registry[Addition] = Registry("additions to papers")


def add(uow: UnitOfWork, paper: Paper, added: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what was fetched with the content, unless somebody was faster; the whole content."""
    held = uow.session.get_one(Paper, paper.id, with_for_update=True)
    content = {**added, **(held.content or {})}
    if held.content is not None:
        held.content = content
    return content
