"""Links in mail: where they lead, and how their end is spoken of."""

from __future__ import annotations

from datetime import UTC, datetime


def link(web_url: str, page: str, token: str) -> str:
    """The address of a page of the web interface that takes a token."""
    return f"{web_url.rstrip('/')}/{page}/{token}"


def spoken(moment: datetime) -> str:
    """`4 December 2026, 09:30`."""
    there = moment.astimezone(UTC)
    return f"{there.day} {there:%B %Y, %H:%M}"
