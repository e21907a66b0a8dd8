"""The fact that a merge announces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.clients.records.models.record import Client
from shared.messaging.envelope import Event


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
