"""B8: quarters follow each other without a gap, and each day is in one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.clients.reports.rules import Quarter, quarter_before, quarter_named, quarter_of


def test_every_day_of_four_years_is_in_the_quarter_that_holds_it() -> None:
    days = [date(2023, 12, 1) + timedelta(days=each) for each in range(4 * 366)]
    for day in days:
        quarter = quarter_of(day)
        assert quarter.first <= day <= quarter.last
        assert quarter_before(day).following == quarter
        assert quarter_before(day).last == quarter.first - timedelta(days=1)


@pytest.mark.parametrize("name", ["2026-Q0", "2026-Q5", "26-Q1", "2026-q1", "", "2026-Q1 "])
def test_what_names_no_quarter_names_none(name: str) -> None:
    assert quarter_named(name) is None
    assert quarter_named("2026-Q3") == Quarter(2026, 3)
