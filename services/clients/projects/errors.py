"""The situations that stop a command of projects."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed


class ProjectNotFound(NotFound):
    """No such project in this workspace."""

    code = "projects.not_found"
    title = "No such project"


class StaleProject(PreconditionFailed):
    """The project has changed since the caller read it."""

    code = "projects.stale_version"
    title = "The project has changed since you read it"

    def __init__(self, version: int) -> None:
        super().__init__(version, "", version=version)


class ProjectCodeTaken(Conflict):
    """Another project of the client has this code."""

    code = "projects.code_taken"
    title = "Another project of this client has this code"


class ProjectInvalid(Invalid):
    """Values that fit the body but not the project; `errors` names the fields."""

    code = "invalid"
    title = "Some values are wrong"
