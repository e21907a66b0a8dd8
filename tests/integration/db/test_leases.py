"""Leases end by the database's clock, and of one that was set back as well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.db.leases import is_over
from shared.runtime import Runtime
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("until", "over"),
    [
        ("CAST(NULL AS timestamptz)", True),
        ("clock_timestamp() - interval '1 second'", True),
        ("clock_timestamp() + interval '50 seconds'", False),
        ("clock_timestamp() + interval '1 hour'", True),
    ],
    ids=["never given", "ended", "held", "of a clock that was an hour ahead"],
)
def test_a_lease_is_over_or_held(settings: Settings, until: str, over: bool) -> None:
    condition = is_over(until, "interval '1 minute'")
    with Runtime("clients", settings).pipe_engine.connect() as connection:
        assert connection.scalar(text(f"SELECT {condition}")) is over


def test_every_lease_is_asked_about_in_this_way() -> None:
    files = [
        file
        for folder in ("shared", "services")
        for file in (ROOT / folder).rglob("*.py")
        if "migrations" not in file.parts
    ]
    compared = re.compile(r"lease_until\b[^=\n]{0,20}<")
    assert len(files) > 100
    assert [file.name for file in files if compared.search(file.read_text())] == []
