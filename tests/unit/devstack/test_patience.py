"""A start is waited for by what goes on, not by a fixed time."""

from __future__ import annotations

import os

from devstack.patience import LONGEST_SECONDS, Patience, processor_seconds


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _patience() -> tuple[Patience, _Clock]:
    clock = _Clock()
    return Patience(60.0, clock), clock


def test_what_goes_on_slowly_is_waited_for() -> None:
    patience, clock = _patience()
    for minute in range(1, 6):
        clock.now = 59.0 * minute
        assert not patience.is_over(spent=0.2 * minute)


def test_what_stands_still_is_not() -> None:
    patience, clock = _patience()
    assert not patience.is_over(5.0)
    clock.now = 61.0
    assert patience.is_over(5.05)


def test_what_never_gets_ready_is_not_waited_for_for_ever() -> None:
    patience, clock = _patience()
    clock.now = LONGEST_SECONDS + 1.0
    assert patience.is_over(1000.0)


def test_the_time_of_processes_is_known_and_that_of_one_that_has_ended_is_none() -> None:
    assert processor_seconds([os.getpid()]) > 0.0
    assert processor_seconds([2**22 + 1]) == 0.0
