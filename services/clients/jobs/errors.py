"""What can stand against a job."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class JobNotFound(NotFound):
    """No job of this id in the workspace."""

    code = "jobs.not_found"
    title = "No such job"


class JobFinished(Conflict):
    """The job is over: there is nothing left to cancel."""

    code = "jobs.finished"
    title = "The job is over already"
