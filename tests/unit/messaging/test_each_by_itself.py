"""Work on many things, of which one fails."""

from __future__ import annotations

import pytest

from shared.errors import Unavailable
from shared.housekeeping import each_by_itself


def test_one_that_fails_holds_up_none_of_the_others() -> None:
    done = []

    def work(item: int) -> int:
        if item == 3:
            raise ValueError(item)
        done.append(item)
        return 1

    assert each_by_itself(range(10), work) == 9
    assert sorted(done) == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_an_outage_ends_the_run_with_its_error() -> None:
    tried = []

    def work(item: int) -> int:
        tried.append(item)
        raise Unavailable

    with pytest.raises(Unavailable):
        each_by_itself(range(10), work)
    assert len(tried) == 1


def test_nothing_is_begun_after_the_deadline() -> None:
    assert each_by_itself(range(10), lambda item: 1, deadline=0.0) == 0
