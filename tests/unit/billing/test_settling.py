"""Since when an invoice is settled."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest

from services.clients.billing.rules.settling import settled_on


def day(number: int) -> date:
    """A day of November."""
    return date(2026, 11, number)


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ([], None),
        ([(1, "99.99")], None),
        ([(1, "100")], 1),
        ([(1, "40"), (9, "60")], 9),
        # What comes after it was settled does not move the day, unless something is open again.
        ([(1, "100"), (5, "10"), (9, "-10")], 1),
        ([(1, "100"), (5, "-50"), (9, "50")], 9),
        # It is the end of a day that counts.
        ([(1, "100"), (5, "-100"), (5, "100")], 1),
    ],
)
def test_it_is_the_day_since_which_nothing_is_open_in_any_order(
    entered: list[tuple[int, str]], expected: int | None
) -> None:
    wanted = None if expected is None else day(expected)
    for order in itertools.permutations(entered):
        entries = [(day(number), Decimal(amount)) for number, amount in order]
        assert settled_on(Decimal(100), entries) == wanted


def test_what_comes_to_nothing_was_never_open() -> None:
    assert settled_on(Decimal(0), []) is None
