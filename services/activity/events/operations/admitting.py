"""Admitting those who hold a connection: so many of a workspace, so many of a caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from services.activity.events.errors import TooManyStreams
from shared.security.identity import Identity


class Admission:
    """Counts what one process holds, from its loop alone."""

    def __init__(self, per_workspace: int, per_caller: int) -> None:
        self._most = {"workspace": per_workspace, "caller": per_caller}
        self._held: Counter[Hashable] = Counter()

    @contextmanager
    def one_more(self, identity: Identity) -> Iterator[None]:
        """Hold one during the block; raises `TooManyStreams`."""
        workspace = identity.workspace_id
        counted = {
            "workspace": workspace,
            "caller": (workspace, identity.actor.kind, identity.actor.id),
        }
        for whose, key in counted.items():
            if self._held[key] >= self._most[whose]:
                raise TooManyStreams(whose, self._most[whose])
        self._held.update(counted.values())
        try:
            yield
        finally:
            self._held.subtract(counted.values())
            self._held += Counter()
