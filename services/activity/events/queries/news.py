"""Which workspaces have something new in the feed: one look for all that follow it."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import Connection, text

_MOVED = text(
    """
    SELECT DISTINCT workspace_id FROM feed
    WHERE pos > :after AND pos <= :upto AND workspace_id = ANY (:workspaces)
    """
)


def moved(
    connection: Connection, workspaces: Collection[uuid.UUID], after: int, upto: int
) -> set[uuid.UUID]:
    """Those of the workspaces that have a place past one and up to another; as role `pipe`."""
    given = {"after": after, "upto": upto, "workspaces": list(workspaces)}
    return set(connection.scalars(_MOVED, given))
