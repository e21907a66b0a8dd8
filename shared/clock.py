"""The one place that reads the wall clock, so that a test can stand it still."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """An aware moment as it stands in answers: RFC 3339, in UTC, with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
