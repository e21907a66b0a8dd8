"""Leases stand in rows, by the database's clock, which may be set back: then one that was given
before seems to last until then."""

from __future__ import annotations


def is_over(until: str, longest: str) -> str:
    """The condition, in SQL, that a lease is nobody's: it has ended, was never given, or ends later
    than any is given for; `longest` is an interval."""
    return (
        f"coalesce({until} NOT BETWEEN clock_timestamp() AND clock_timestamp() + {longest}, true)"
    )
