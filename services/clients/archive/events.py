"""The facts that archive announces."""

from __future__ import annotations

import uuid

from shared.messaging.envelope import Event


def archive_requested(
    archive_id: uuid.UUID, client_id: uuid.UUID | None, left_out: list[str]
) -> Event:
    """Someone takes all data of a client out of the system, or without one of the workspace,
    but for these parts."""
    archive = {"id": str(archive_id), "left_out": left_out}
    subject = f"archive/{archive_id}"
    return Event("clients.archive.requested.v1", subject, 1, client_id, {"archive": archive})
