"""The pace of the relay: what comes alone goes at once, a stream is gathered."""

from __future__ import annotations

import pytest

from shared.messaging.pace import LONGEST_REST_SECONDS, rest


@pytest.mark.parametrize("events", [0, 1])
def test_what_comes_alone_waits_for_nothing(events: int) -> None:
    assert rest(events) == 0.0


def test_the_more_a_round_has_found_the_longer_it_rests() -> None:
    assert 0 < rest(2) < rest(4) < rest(60) == LONGEST_REST_SECONDS
