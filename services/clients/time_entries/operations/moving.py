"""What a merge and a deletion of clients mean to time: it goes along with its projects."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, text

from services.clients.time_entries.models import TimeEntry
from shared.unit_of_work import UnitOfWork

#: The rows of a client that its deletion takes along.
TABLES = {"time_entries": "client_id = :id"}

_MOVE = text("UPDATE time_entries SET client_id = :target WHERE client_id = :source")


def move_client_time(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Give the source's time to the target, billed or not; both clients are locked."""
    uow.session.execute(_MOVE, {"source": source_id, "target": target_id})


def remove_client_time(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete the client's time; what is invoiced stays in the lines of its invoices."""
    gone = delete(TimeEntry).where(TimeEntry.client_id == client_id)
    uow.session.execute(gone, execution_options={"synchronize_session": False})
