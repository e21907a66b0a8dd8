"""What can stand against a merge."""

from __future__ import annotations

from shared.errors import Conflict, Invalid


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
