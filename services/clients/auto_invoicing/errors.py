"""What can stand against a run."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class RunNotFound(NotFound):
    """No run of this id in the workspace."""

    code = "billing_runs.not_found"
    title = "No such billing run"


class NothingDue(Conflict):
    """No client that is invoiced by itself has a period that is over and not invoiced."""

    code = "billing_runs.nothing_due"
    title = "Nobody is due"
