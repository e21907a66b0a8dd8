"""What can go wrong with lists."""

from __future__ import annotations

from shared.errors import NotFound, PreconditionFailed


class EntryNotFound(NotFound):
    """No such entry in this list of this workspace."""

    code = "lists.entry_not_found"
    title = "No such entry"


class StaleList(PreconditionFailed):
    """Somebody has changed the list since."""

    code = "lists.stale_version"
    title = "The list has changed since you read it"
