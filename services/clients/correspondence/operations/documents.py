"""Telling a client that a document of theirs expires."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from services.clients.correspondence.operations.writing import Letter, write_to_client
from services.clients.correspondence.rules.expiry import step_of
from services.clients.correspondence.rules.kinds import DOCUMENT_EXPIRING
from services.clients.records.queries.owned import lock_if_there
from services.clients.values import formats
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Expiring:
    """A document as the documents service tells of it."""

    id: uuid.UUID
    client_id: uuid.UUID
    name: str
    expires_on: date


def tell_expiring(uow: UnitOfWork, document: Expiring, today: date) -> list[uuid.UUID]:
    """Tell of a document, once for each step that it reaches and each day that it is moved to;
    the mails that are new. Clients who are not active are told nothing."""
    step = step_of(document.expires_on, today)
    client = None if step is None else lock_if_there(uow, document.client_id)
    if client is None or client.status != "active" or client.internal:
        return []
    day = document.expires_on
    words = {"document": document.name, "expires_on": formats.day(day)}
    about = f"{document.id}/{day.isoformat()}/{step}"
    return write_to_client(uow, client, Letter(DOCUMENT_EXPIRING, words, about=about))
