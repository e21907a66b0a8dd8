"""The overview and the search; the forwarded routes are described by the services behind them."""

from __future__ import annotations

from typing import Any

from services.clients.gateway.schemas import UnavailableView
from services.clients.records.schemas.views import ClientView


def _part(schema: str) -> dict[str, Any]:
    """A part as its own service describes it; null while that does not answer."""
    return {"oneOf": [{"$ref": f"#/components/schemas/{schema}"}, {"type": "null"}]}


OVERVIEW: dict[str, Any] = {
    "type": "object",
    "required": ["client", "metrics", "documents", "activity", "unavailable"],
    "properties": {
        "client": ClientView,
        "metrics": _part("MetricsMetricsView"),
        "documents": _part("DocumentsDocumentPage"),
        "activity": _part("ActivityTimelinePage"),
        "unavailable": {"type": "array", "items": UnavailableView},
    },
}
