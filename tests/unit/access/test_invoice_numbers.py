"""Patterns of invoice numbers: which are taken, and what they come to."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.access.rules import DEFAULT_PATTERN, BadPattern, parse_pattern

GOOD = [
    (DEFAULT_PATTERN, "ACM-2026-0007"),
    ("{code}-{seq}", "ACM-7"),
    ("INV {YYYY}/{code}/{seq:6}", "INV 2026/ACM/000007"),
    ("{seq:3}.{code}", "007.ACM"),
    ("{code}{YYYY}_{seq:2}", "ACM2026_07"),
]


@pytest.mark.parametrize(("pattern", "number"), GOOD)
def test_pattern_makes_the_number(pattern: str, number: str) -> None:
    assert parse_pattern(pattern).number("ACM", 2026, 7) == number


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("{code}-{YYYY}", "Must hold {seq}"),
        ("{YYYY}-{seq}", "Must hold {code}"),
        ("", "Must hold {code}"),
        ("{code}-{seq:0}", "Not understood"),
        ("{code:3}-{seq}", "Not understood"),
        ("{code}-{month}-{seq}", "Not understood"),
        ("{code}-{seq", "Not understood"),
        ("{code}-{seq}\n", "Not understood"),
        ("{code}-{seq}-{seq}", "may stand once"),
        ("{code}{YYYY}{seq}", "digits before it"),
        ("{code}7{seq}", "digits before it"),
        ("{seq}{YYYY}{code}", "digits after it"),
        ("{code}-{seq}" + "-" * 60, "At most"),
    ],
)
def test_pattern_that_would_not_make_unique_numbers_is_refused(pattern: str, told: str) -> None:
    with pytest.raises(BadPattern, match=told.replace("{", r"\{")):
        parse_pattern(pattern)


def test_series_starts_again_each_year_only_where_the_year_is_in_the_number() -> None:
    assert parse_pattern("{code}-{YYYY}-{seq}").series_year(2026) == 2026
    assert parse_pattern("{code}-{seq}").series_year(2026) == 0


def test_number_that_outgrows_its_width_is_written_in_full() -> None:
    assert parse_pattern(DEFAULT_PATTERN).number("ACM", 2026, 12345) == "ACM-2026-12345"


places = st.tuples(
    st.sampled_from(["ACM", "AMA", "AAA"]),
    st.integers(2020, 2030),
    st.integers(1, 10**6),
)


@given(st.sampled_from([pattern for pattern, _ in GOOD]), st.sets(places, max_size=30))
def test_no_two_places_come_to_the_same_number(text: str, drawn: set[tuple[str, int, int]]) -> None:
    pattern = parse_pattern(text)
    keys = {(code, pattern.series_year(year), seq) for code, year, seq in drawn}
    numbers = {pattern.number(code, year, seq) for code, year, seq in keys}
    assert len(numbers) == len(keys)


def test_numbers_of_one_series_and_year_follow_each_other() -> None:
    pattern = parse_pattern(DEFAULT_PATTERN)
    numbers = [pattern.number("ACM", 2026, seq) for seq in range(1, 1001)]
    assert all(before < after for before, after in itertools.pairwise(numbers))
