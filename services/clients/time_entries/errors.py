"""The situations that stop a command about time."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed


class TimeEntryNotFound(NotFound):
    """No such time entry in this workspace."""

    code = "time_entries.not_found"
    title = "No such time entry"


class TimeEntryInvalid(Invalid):
    """Values that fit the body but not the record; `errors` names the fields."""

    code = "invalid"
    title = "Some values are wrong"


class TimeEntryBilled(Conflict):
    """It stands on an invoice: it is locked until that is void or its draft discarded."""

    code = "time_entries.billed"
    title = "This time is on an invoice"


class StaleTimeEntry(PreconditionFailed):
    """The entry has changed since the caller read it."""

    code = "time_entries.stale_version"
    title = "The time entry has changed since you read it"

    def __init__(self, version: int) -> None:
        super().__init__(version, version=version)


class StaleWeek(PreconditionFailed):
    """Somebody has written the week since the caller read it."""

    code = "time_entries.stale_week"
    title = "The week has changed since you read it"

    def __init__(self, version: int) -> None:
        super().__init__(version, version=version)
