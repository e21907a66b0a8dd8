"""What can stand against a deletion or a merge."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class PlanOutdated(Conflict):
    """The client, or what belongs to it, has changed since the plan was shown.

    `plan` is the plan as it would be now, with its own confirmation.
    """

    code = "lifecycle.plan_outdated"
    title = "Something has changed since the deletion was planned"


class DeletionNotFound(NotFound):
    """No deletion of this id in the workspace."""

    code = "lifecycle.deletion_not_found"
    title = "No such deletion"


class CannotUndo(Conflict):
    """The erasure has begun, or the deletion was undone before."""

    code = "lifecycle.cannot_undo"
    title = "This deletion cannot be undone any more"
