"""What can stand against a deletion or a merge."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class NotConfirmed(Invalid):
    """The deletion carries no valid confirmation."""

    code = "lifecycle.not_confirmed"
    title = "A deletion has to be confirmed"


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


class MergedIntoItself(Invalid):
    """A client cannot be merged into itself, nor into none."""

    code = "lifecycle.wrong_target"
    title = "Name another client to merge into"


class InvalidChoice(Invalid):
    """A choice names a field in which nothing can be chosen."""

    code = "lifecycle.invalid_choice"
    title = "There is no such choice in a merge"


class CannotMerge(Conflict):
    """The two together would break a rule; `conflicts` says which."""

    code = "lifecycle.cannot_merge"
    title = "These two clients cannot be merged as they are"


class PreviewOutdated(Conflict):
    """One of the two clients has changed since the preview was shown."""

    code = "lifecycle.preview_outdated"
    title = "Something has changed since the merge was shown"
