"""What waits in this service's database, of all workspaces: numbers alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

_BACKLOGS = text("SELECT * FROM installation_backlogs() ORDER BY kind, state")


def backlogs(connection: Connection) -> list[dict[str, Any]]:
    """`{kind, state, count, oldest_at}`: jobs that are not over, and mail that waits or was
    refused, given up or came back within seven days."""
    return [dict(row) for row in connection.execute(_BACKLOGS).mappings()]
