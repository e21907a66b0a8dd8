"""The memory of callers: short, bounded, and safe for threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from shared.memory import Memory


class Clock:
    """A monotonic clock that goes when it is told to."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_value_is_kept_for_its_time_and_no_longer() -> None:
    clock = Clock()
    memory: Memory[str, int] = Memory(1.0, 10, clock)
    memory.keep("a", 1)
    clock.at += 0.99
    assert memory.recall("a") == (1,)
    clock.at += 0.01
    assert memory.recall("a") is None


def test_none_is_a_value_too() -> None:
    """A token that is nobody's is remembered as such, or guessing would cost a query each."""
    memory: Memory[str, None] = Memory(1.0, 10)
    assert memory.recall("nobody") is None
    memory.keep("nobody", None)
    assert memory.recall("nobody") == (None,)


def test_the_oldest_goes_when_there_are_too_many() -> None:
    memory: Memory[int, int] = Memory(60.0, 3)
    for number in (1, 2, 3, 1, 4):
        memory.keep(number, number)
    assert [number for number in (1, 2, 3, 4) if memory.recall(number)] == [1, 3, 4]


def test_recalling_does_not_make_it_last_longer() -> None:
    clock = Clock()
    memory: Memory[str, int] = Memory(1.0, 10, clock)
    memory.keep("a", 1)
    clock.at += 0.6
    memory.recall("a")
    clock.at += 0.6
    assert memory.recall("a") is None


def test_forgetting_takes_everything() -> None:
    memory: Memory[str, int] = Memory(60.0, 10)
    memory.keep("a", 1)
    memory.forget()
    assert memory.recall("a") is None


def test_many_threads_may_remember_at_once() -> None:
    memory: Memory[int, int] = Memory(60.0, 2)

    def work(_: int) -> None:
        for number in range(2_000):
            memory.keep(number % 5, number)
            memory.recall(number % 7)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
