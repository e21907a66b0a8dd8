"""The facts that definitions of fields announce."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.clients.custom_fields.models import CustomField
from shared.messaging.changes import Change
from shared.messaging.envelope import Event


def field_added(field: CustomField) -> Event:
    """The workspace's clients have one more field."""
    return _event(field, "added", {"custom_field": snapshot(field)})


def field_updated(field: CustomField, changes: Sequence[Change]) -> Event:
    """A field was relabelled, retired, restored, or may hold something else."""
    return _event(field, "updated", {"changes": list(changes), "custom_field": snapshot(field)})


def snapshot(field: CustomField) -> dict[str, Any]:
    """A field as it stands in events and answers."""
    return {
        "id": str(field.id),
        "key": field.key,
        "label": field.label,
        "type": field.type,
        "required": field.required,
        "choices": list(field.choices),
        "retired": field.retired,
    }


def _event(field: CustomField, what: str, data: dict[str, Any]) -> Event:
    subject = f"custom_field/{field.id}"
    return Event(f"clients.custom_field.{what}.v1", subject, field.version, None, data)
