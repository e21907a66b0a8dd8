"""Weeks, persons, and which hours are overtime."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.time_entries.rules.overtime import Worked, days_too_long, overtime_hours
from services.clients.time_entries.rules.persons import key_of
from services.clients.time_entries.rules.weeks import Week, as_week
from shared.values.findings import Wrong

MONDAY = date(2026, 11, 23)


def worked(
    number: int,
    day: int,
    hours: str | Decimal,
    *,
    overtime: bool = False,
    billed: str | Decimal | None = None,
) -> Worked:
    """An entry of the week; `billed` are the overtime hours it was billed with."""
    fixed = Decimal(0) if billed is None else Decimal(billed)
    day_of = MONDAY + timedelta(days=day)
    return Worked(
        uuid.UUID(int=number), day_of, Decimal(hours), overtime, fixed, billed is not None
    )


def split(*week: Worked) -> list[str]:
    """The overtime of each entry that is not billed, in the order of entering."""
    found = overtime_hours(week, split=True)
    return [f"{found[key].normalize():f}" for key in sorted(found, key=lambda each: each.int)]


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 11, 23), "2026-W48"),
        (date(2026, 11, 29), "2026-W48"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2025, 12, 29), "2026-W01"),
        (date(1, 1, 1), "0001-W01"),
        (date(9999, 12, 31), "9999-W52"),
    ],
)
def test_a_day_lies_in_its_week(day: date, week: str) -> None:
    assert str(Week.of(day)) == week
    assert day in as_week(week)
    assert as_week(week) == Week.of(day)


@pytest.mark.parametrize(
    "typed", ["2026-W54", "2026-W00", "2025-W53", "2026W48", "2026-W4", "9999-W53", 2026, None, ""]
)
def test_what_is_no_week_is_refused(typed: object) -> None:
    with pytest.raises(Wrong):
        as_week(typed)


def test_without_the_rule_overtime_is_what_was_entered_as_such() -> None:
    week = [worked(1, 0, "12"), worked(2, 0, "2.5", overtime=True)]
    found = overtime_hours(week, split=False)
    assert found == {uuid.UUID(int=1): Decimal(0), uuid.UUID(int=2): Decimal("2.5")}


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ([worked(1, 0, "8"), worked(2, 0, "0.01")], ["0", "0.01"]),
        ([worked(1, 0, "5"), worked(2, 0, "5")], ["0", "2"]),
        ([worked(day, day, "8") for day in range(6)], ["0", "0", "0", "0", "0", "8"]),
        ([worked(day, day, "7.5") for day in range(6)], ["0", "0", "0", "0", "0", "5"]),
        # Overtime of a day does not use up the week.
        (
            [worked(0, 0, "12"), *[worked(d, d, "8") for d in range(1, 5)]],
            ["4", "0", "0", "0", "0"],
        ),
        ([worked(1, 0, "6", overtime=True), worked(2, 0, "8")], ["6", "0"]),
        # Entered first, but of a later day.
        (
            [worked(9, 0, "8"), *[worked(d, d, "8") for d in range(1, 6)]],
            ["0", "0", "0", "0", "8", "0"],
        ),
    ],
)
def test_hours_past_eight_a_day_and_forty_a_week_are_overtime(
    week: list[Worked], expected: list[str]
) -> None:
    assert split(*week) == expected


def test_what_is_billed_keeps_its_hours_and_counts_first() -> None:
    billed = [worked(day, day, "8", billed="0") for day in range(1, 5)]
    late = worked(9, 0, "9")
    assert split(*billed, late) == ["1"]
    assert split(*billed, worked(8, 5, "8", billed="2"), late) == ["7"]


_ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.decimals("0.01", "24", places=2),
        st.booleans(),
        st.sampled_from([None, "none", "all"]),
    ),
    max_size=12,
)


@given(_ENTRIES)
def test_regular_and_overtime_are_all_of_the_hours_and_regular_stays_within_the_rule(
    drawn: list[tuple[int, Decimal, bool, str | None]],
) -> None:
    week = [
        worked(n, day, hours, overtime=over, billed=billed and (hours if billed == "all" else 0))
        for n, (day, hours, over, billed) in enumerate(drawn)
    ]
    found = overtime_hours(week, split=True)
    open_entries = [entry for entry in week if not entry.billed]
    assert found.keys() == {entry.id for entry in open_entries}
    assert all(0 <= found[entry.id] <= entry.hours for entry in open_entries)
    assert all(found[entry.id] == entry.hours for entry in open_entries if entry.overtime)
    if not any(entry.billed for entry in week):
        regular = {entry: entry.hours - found[entry.id] for entry in week}
        assert sum(regular.values()) <= 40
        for day in {entry.date for entry in week}:
            assert sum(hours for entry, hours in regular.items() if entry.date == day) <= 8


def test_a_day_has_twenty_four_hours() -> None:
    full = [worked(1, 0, "12"), worked(2, 0, "12"), worked(3, 1, "24")]
    assert days_too_long(full) == {}
    assert days_too_long([*full, worked(4, 0, "0.01")]) == {MONDAY: Decimal("24.01")}


def test_a_name_is_the_same_however_it_is_written_and_an_id_is_a_user() -> None:
    user = str(uuid.uuid4())
    assert key_of("Zoë Ruiz") == key_of("ZOE RUIZ")
    assert key_of(user.upper()) == user
