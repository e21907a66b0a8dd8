"""What can go wrong with a report."""

from __future__ import annotations

from shared.errors import Invalid


class NoSuchQuarter(Invalid):
    """A quarter is named as 2026-Q3, and a report is made once it has begun."""

    code = "reports.no_such_quarter"
    title = "There is no such quarter"
