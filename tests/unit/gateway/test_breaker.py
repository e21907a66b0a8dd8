"""A breaker lets one caller in a while find out, and everyone again after one success."""

from __future__ import annotations

import threading

from services.clients.gateway.breaker import Admission, Breaker

ASK, PROBE, TURN_AWAY = Admission.ASK, Admission.PROBE, Admission.TURN_AWAY


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def _open_breaker(clock: Clock) -> Breaker:
    breaker = Breaker(retry_seconds=1.0, monotonic=clock)
    breaker.failed()
    return breaker


def test_everyone_may_ask_while_nothing_is_wrong() -> None:
    breaker = Breaker()
    assert [breaker.admits() for _ in range(3)] == [ASK] * 3


def test_after_a_failure_callers_are_turned_away() -> None:
    breaker = _open_breaker(Clock())
    assert [breaker.admits() for _ in range(5)] == [TURN_AWAY] * 5


def test_after_a_while_one_caller_may_find_out() -> None:
    clock = Clock()
    breaker = _open_breaker(clock)
    clock.seconds += 1.0
    assert [breaker.admits() for _ in range(3)] == [PROBE, TURN_AWAY, TURN_AWAY]


def test_a_failed_probe_keeps_it_open_for_another_while() -> None:
    clock = Clock()
    breaker = _open_breaker(clock)
    clock.seconds += 1.0
    assert breaker.admits() is PROBE
    breaker.failed()
    clock.seconds += 0.9
    assert breaker.admits() is TURN_AWAY
    clock.seconds += 0.1
    assert breaker.admits() is PROBE


def test_a_probe_that_never_ends_does_not_keep_it_open_for_ever() -> None:
    clock = Clock()
    breaker = _open_breaker(clock)
    clock.seconds += 1.0
    assert breaker.admits() is PROBE
    clock.seconds += 1.0
    assert breaker.admits() is PROBE


def test_one_success_lets_everyone_in_again() -> None:
    breaker = _open_breaker(Clock())
    breaker.succeeded()
    assert [breaker.admits() for _ in range(5)] == [ASK] * 5


def test_since_is_the_first_failure_of_the_present_trouble() -> None:
    breaker = _open_breaker(Clock())
    first = breaker.since
    breaker.failed()
    assert breaker.since == first
    breaker.succeeded()
    breaker.failed()
    assert breaker.since > first


def test_of_many_threads_only_one_is_the_probe() -> None:
    clock = Clock()
    breaker = _open_breaker(clock)
    clock.seconds += 1.0
    admitted: list[Admission] = []
    threads = [
        threading.Thread(target=lambda: admitted.append(breaker.admits())) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (admitted.count(PROBE), admitted.count(TURN_AWAY)) == (1, 19)
