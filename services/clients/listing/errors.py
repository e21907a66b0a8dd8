"""What can go wrong with views."""

from __future__ import annotations

from shared.errors import Forbidden, NotFound, PreconditionFailed


class ViewNotFound(NotFound):
    """The caller can see no such view."""

    code = "views.not_found"
    title = "No such view"


class NotYourView(Forbidden):
    """A shared view of somebody else, seen by someone who does not manage the workspace."""

    code = "views.not_yours"
    title = "Only its maker, or who manages the workspace, can change this view"


class StaleView(PreconditionFailed):
    """Somebody has changed the view since."""

    code = "views.stale_version"
    title = "The view has changed since you read it"
