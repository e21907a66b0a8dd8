"""Who was shown full tax ids: told to the audit, in the transaction that shows them.

What somebody sends is no reading of theirs, and neither are the last four of a number, by which
clients are found: the mask of a number shows them.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import text

from services.clients.records import events
from services.clients.records.rules.past import HIDDEN
from shared.clock import now
from shared.security.permissions import CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork

#: Where they were shown.
RECORD, LIST, EXPORT, ARCHIVE = "record", "list", "export", "archive"
DRAFTS, IMPORTS = "drafts", "imports"

_NAMES: Final = uuid.UUID("5b0e1c6e-4f0a-4c53-9d0b-0f2f6a1f7d6e")
_IS_TOLD = text(
    "SELECT EXISTS (SELECT FROM event_log WHERE workspace_id = :workspace AND subject = :subject)"
)
# Two requests at once: one of them tells it, and nobody waits.
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:subject, 0))")


def note_shown(
    uow: UnitOfWork, permissions: Collection[str], through: str, shown: Iterable[Mapping[str, Any]]
) -> None:
    """Note the clients whose full tax id stands in what is shown with these permissions: the one of
    a record, or that there were some."""
    if CLIENTS_VIEW_TAX_ID not in permissions:
        return
    read = [client["id"] for client in shown if client.get("tax_id") not in (None, HIDDEN)]
    if read:
        note_reading(uow, through, uuid.UUID(str(read[0])) if through == RECORD else None)


def note_reading(uow: UnitOfWork, through: str, client_id: uuid.UUID | None = None) -> None:
    """Note that whoever asks was shown full tax ids; once an hour for the same of them."""
    asker = f"{uow.workspace_id} {uow.actor.kind}/{uow.actor.id}"
    read_id = uuid.uuid5(_NAMES, f"{asker} {now():%Y-%m-%dT%H} {through} {client_id}")
    read = events.tax_id_read(read_id, through, client_id)
    given = {"workspace": uow.workspace_id, "subject": read.subject}
    is_told = uow.session.scalar(_IS_TOLD, given)
    if not is_told and uow.session.scalar(_LOCK, given) and not uow.session.scalar(_IS_TOLD, given):
        uow.publish(read)
