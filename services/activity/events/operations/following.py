"""Following the feed: what a caller with these rights is told next."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from services.activity.events.errors import CursorExpired, LogReset
from services.activity.events.queries import feed
from services.activity.events.rules import cursors, viewing, wildcards
from services.activity.events.rules.cursors import Place
from shared.security.crypto import Vault


@dataclass(frozen=True, slots=True)
class Follower:
    """Who reads the feed: in which workspace, and which types of events it is told."""

    vault: Vault
    workspace_id: uuid.UUID
    types: frozenset[str]

    @classmethod
    def of(
        cls,
        vault: Vault,
        workspace_id: uuid.UUID,
        permissions: Collection[str],
        patterns: Collection[str] | None,
    ) -> Follower:
        """One who may see what these permissions let it, and asks for some of it or for all."""
        visible = viewing.visible_types(permissions)
        asked = visible if patterns is None else visible & wildcards.matching(patterns)
        return cls(vault, workspace_id, asked)

    def cursor(self, place: Place) -> str:
        """A place as this one is handed it."""
        return cursors.cursor_of(self.vault, self.workspace_id, place)

    def start(self, bounds: feed.Bounds, cursor: str | None) -> int:
        """After which place to read on; raises `BadFeedCursor`, `LogReset`, `CursorExpired`."""
        if cursor is None:
            return bounds.earliest.pos
        place = cursors.place_of(self.vault, self.workspace_id, cursor)
        if place.epoch != bounds.head.epoch or place.pos > bounds.head.pos:
            raise LogReset(self.cursor(bounds.earliest))
        if place.pos < bounds.earliest.pos:
            raise CursorExpired(self.cursor(bounds.earliest))
        return place.pos


@dataclass(frozen=True, slots=True)
class CursorPage:
    """A page of the feed: envelopes, where to go on, and where the feed ends."""

    events: list[bytes]
    next: str
    head: str
    end: Place

    @property
    def is_all(self) -> bool:
        """Whether there is no more for now, and nothing in it."""
        return not self.events and self.next == self.head


def next_page(
    connection: Connection,
    follower: Follower,
    cursor: str | None,
    limit: int,
    clients: list[uuid.UUID] | None = None,
) -> CursorPage:
    """What comes after the cursor, from the beginning without one."""
    bounds = feed.bounds(connection)
    after = follower.start(bounds, cursor)
    page = feed.read(
        connection, follower.workspace_id, after, bounds.head.pos, follower.types, limit,
        clients=clients,
    )  # fmt: skip
    return CursorPage(
        [event.body for event in page.events],
        follower.cursor(Place(bounds.head.epoch, page.upto)),
        follower.cursor(bounds.head),
        bounds.head,
    )
