"""What can go wrong with a report."""

from __future__ import annotations

from shared.errors import Invalid, Unavailable


class NoSuchQuarter(Invalid):
    """A quarter is named as 2026-Q3, and a report is made once it has begun."""

    code = "reports.no_such_quarter"
    title = "There is no such quarter"


class NotKnownYet(Unavailable):
    """A service does not say what the report is to tell; it is printed once it does."""

    code = "reports.not_known_yet"
    title = "A part of the report cannot be had at the moment"
