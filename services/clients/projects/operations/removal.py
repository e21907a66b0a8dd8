"""What a client's deletion means to its projects."""

from __future__ import annotations

import uuid

from sqlalchemy import delete

from services.clients.projects.models import Project
from shared.unit_of_work import UnitOfWork

#: The rows of a client that its deletion takes along.
TABLES = {"projects": "client_id = :id"}


def remove_client_projects(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete the client's projects.

    The caller holds the client's lock; nothing is published, since the client's deletion tells
    all of it.
    """
    gone = delete(Project).where(Project.client_id == client_id)
    uow.session.execute(gone, execution_options={"synchronize_session": False})
