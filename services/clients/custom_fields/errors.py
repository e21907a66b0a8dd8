"""What can go wrong with custom fields."""

from __future__ import annotations

from shared.errors import NotFound, PreconditionFailed


class CustomFieldNotFound(NotFound):
    """The workspace has no such field."""

    code = "custom_fields.not_found"
    title = "No such field"


class StaleCustomField(PreconditionFailed):
    """Somebody has changed the field since."""

    code = "custom_fields.stale_version"
    title = "The field has changed since you read it"
