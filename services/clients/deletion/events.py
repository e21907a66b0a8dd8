"""The facts that deletion announces. That of a deletion carried out names nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.clients.deletion.models import Deletion
from shared.clock import rfc3339
from shared.messaging.envelope import Event


def client_deleted(deletion: Deletion) -> Event:
    """The client is gone; the event says no more than which one it was."""
    client = {"id": str(deletion.client_id), "client_code": deletion.client_code}
    aliases = [str(alias) for alias in deletion.aliases]
    more = {"aliases": aliases} if aliases else {}
    return _event("deleted", deletion, {"client": client, **more})


def deletion_scheduled(deletion: Deletion) -> Event:
    """The client is hidden, and will be deleted unless that is undone."""
    scheduled = {"id": str(deletion.id), "starts_at": rfc3339(deletion.starts_at)}
    return _event("deletion_scheduled", deletion, {"deletion": scheduled})


def deletion_undone(deletion: Deletion, company_name: str) -> Event:
    """The client is back as it was."""
    client = {"id": str(deletion.client_id), "company_name": company_name}
    data = {"deletion": {"id": str(deletion.id)}, "client": client}
    return _event("deletion_undone", deletion, data, deletion.undone_at)


def _event(
    what: str, deletion: Deletion, data: dict[str, Any], at: datetime | None = None
) -> Event:
    """The deletion holds the version that the event brings the client to."""
    client_id = deletion.client_id
    subject = f"client/{client_id}"
    return Event(f"clients.client.{what}.v1", subject, deletion.version, client_id, data, at)
