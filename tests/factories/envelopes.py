"""Envelopes as consumers receive them, filled from the examples of the contracts."""

from __future__ import annotations

import copy
import itertools
import uuid
from collections.abc import Callable
from typing import Any

from shared.contracts.catalogue import find
from shared.ids import uuid7
from shared.messaging.envelope import Envelope

EPOCH = "0190a000-0000-4000-8000-00000000e90c"


class Source:
    """A producer's log in miniature: every envelope gets the next position."""

    def __init__(self, name: str = "clients", workspace_id: uuid.UUID | None = None) -> None:
        self.name = name
        self.workspace_id = workspace_id or uuid7()
        self._positions = itertools.count(1)

    def tell(
        self,
        event_type: str,
        *,
        client_id: uuid.UUID | None = None,
        subject: str | None = None,
        version: int = 1,
        actor: tuple[str, str] = ("user", "Jo Park"),
        time: str = "2026-11-23T09:30:00.125000Z",
        change: Callable[[dict[str, Any]], None] | None = None,
    ) -> Envelope:
        """The next envelope; `change` may alter the example data it is filled with."""
        data = copy.deepcopy(find(event_type).example())
        if change is not None:
            change(data)
        return {
            "specversion": "1.0",
            "id": str(uuid7()),
            "source": f"/{self.name}",
            "type": event_type,
            "subject": subject or f"client/{client_id or uuid7()}",
            "time": time,
            "workspace": str(self.workspace_id),
            "client_id": None if client_id is None else str(client_id),
            "aggregateversion": version,
            "pos": next(self._positions),
            "epoch": EPOCH,
            "correlationid": "test",
            "causationid": None,
            "traceparent": None,
            "actor": {"kind": actor[0], "id": f"id of {actor[1]}", "name": actor[1]},
            "data": data,
        }

    def tell_project(
        self, project_id: uuid.UUID, client_id: uuid.UUID, version: int, status: str
    ) -> Envelope:
        """A project as of a version."""

        def fill(data: dict[str, Any]) -> None:
            data["project"].update(
                id=str(project_id), client_id=str(client_id), version=version, status=status
            )

        kind = "created" if version == 1 else "status_changed"
        return self.tell(
            f"clients.project.{kind}.v1",
            client_id=client_id,
            subject=f"project/{project_id}",
            version=version,
            change=fill,
        )

    def tell_invoice(
        self,
        invoice_id: uuid.UUID,
        client_id: uuid.UUID,
        version: int,
        status: str,
        total: str = "100.00",
        currency: str = "USD",
        **more: Any,
    ) -> Envelope:
        """An invoice as of a version; the kind of event follows from its status."""

        def fill(data: dict[str, Any]) -> None:
            data["invoice"].update(
                id=str(invoice_id),
                client_id=str(client_id),
                version=version,
                status=status,
                total=total,
                currency=currency,
                amount_paid=total if status == "paid" else "0.00",
                amount_credited="0",
            )
            data["invoice"].update(more)

        return self.tell(
            f"clients.invoice.{_INVOICE_EVENTS[status]}.v1",
            client_id=client_id,
            subject=f"invoice/{invoice_id}",
            version=version,
            change=fill,
        )


_INVOICE_EVENTS = {
    "draft": "updated",
    "issued": "issued",
    "partially_paid": "payment_recorded",
    "paid": "payment_recorded",
    "void": "voided",
}
