"""The facts that the timeline announces."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from shared.ids import uuid7
from shared.messaging.envelope import Event


def export_requested(client_id: uuid.UUID, form: str, filters: Mapping[str, Any]) -> Event:
    """Someone takes a client's timeline out of the system. It is told of the workspace: it names
    the client by its id alone, so nothing of it has to go with the client."""
    export_id = uuid7()
    export = {
        "id": str(export_id),
        "client_id": str(client_id),
        "format": form,
        "filters": dict(filters),
    }
    return Event("activity.export.requested.v1", f"export/{export_id}", 1, None, {"export": export})
