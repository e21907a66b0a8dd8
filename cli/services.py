"""The services of the system, by name."""

from __future__ import annotations

from typing import Any

from services.activity.service import ACTIVITY
from services.clients.service import CLIENTS
from services.documents.service import DOCUMENTS
from services.metrics.service import METRICS
from shared.service import Service

SERVICES: dict[str, Service[Any]] = {
    each.name: each for each in (CLIENTS, DOCUMENTS, ACTIVITY, METRICS)
}
