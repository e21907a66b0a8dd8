"""The facts that lifecycle announces. That of a deletion names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.clients.lifecycle.models import Deletion
from services.clients.records.models import Client
from shared.clock import rfc3339
from shared.messaging.envelope import Event


def client_deleted(deletion: Deletion) -> Event:
    """The client is gone; the event says no more than which one it was."""
    told = {"id": str(deletion.client_id), "client_code": deletion.client_code}
    aliases = [str(alias) for alias in deletion.aliases]
    more = {"aliases": aliases} if aliases else {}
    return _event("deleted", deletion, {"client": told, **more})


def deletion_scheduled(deletion: Deletion) -> Event:
    """The client is hidden, and will be deleted unless that is undone."""
    told = {"id": str(deletion.id), "starts_at": rfc3339(deletion.starts_at)}
    return _event("deletion_scheduled", deletion, {"deletion": told})


def deletion_undone(deletion: Deletion, company_name: str) -> Event:
    """The client is back as it was."""
    client = {"id": str(deletion.client_id), "company_name": company_name}
    data = {"deletion": {"id": str(deletion.id)}, "client": client}
    return _event("deletion_undone", deletion, data, deletion.undone_at)


def client_merged(
    source: Client, target: Client, aliases: Sequence[UUID], moved: Mapping[str, int]
) -> Event:
    """The source lives on under the target's id."""
    data = {
        "source": _named(source),
        "target": _named(target),
        "aliases": [str(alias) for alias in aliases],
        "moved": dict(moved),
    }
    return Event(
        "clients.client.merged.v1",
        f"client/{target.id}",
        target.version,
        target.id,
        data,
        target.updated_at,
    )


def _named(client: Client) -> dict[str, Any]:
    return {
        "id": str(client.id),
        "client_code": client.client_code,
        "company_name": client.company_name,
    }


def _event(
    what: str, deletion: Deletion, data: dict[str, Any], at: datetime | None = None
) -> Event:
    """The deletion holds the version that the event brings the client to."""
    client_id = deletion.client_id
    subject = f"client/{client_id}"
    return Event(f"clients.client.{what}.v1", subject, deletion.version, client_id, data, at)
