"""When clients are told of a document that expires."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.clients.correspondence.rules.expiry import STEPS, step_of

EXPIRES = date(2028, 2, 29)


@given(st.lists(st.integers(-5, 60), min_size=1))
def test_each_step_is_told_of_once_whenever_somebody_looks(looks: list[int]) -> None:
    """Whatever days were missed: no step twice, none after the day, the last one before it
    wherever somebody looked in its time."""
    told: list[int] = []
    for left in sorted(looks, reverse=True):
        step = step_of(EXPIRES, EXPIRES - timedelta(days=left))
        assert (step is None) == (not 0 <= left <= max(STEPS))
        if step is not None and step not in told:
            told.append(step)
    assert told == sorted(told, reverse=True)
    assert (min(STEPS) in told) == any(0 <= left <= min(STEPS) for left in looks)
