"""What a relay makes of the datagrams that it is nudged with."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from shared.messaging.nudge import APPLIED, WRITTEN, Nudge
from shared.processes import relay

Hints = tuple[socket.socket, Nudge]


@pytest.fixture
def hints() -> Iterator[Hints]:
    """A relay's socket, and who nudges it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        yield listening, Nudge(listening.getsockname())


@pytest.mark.parametrize(
    ("said", "is_written", "is_applied"),
    [
        ([], False, False),
        ([WRITTEN], True, False),
        ([APPLIED], False, True),
        ([APPLIED, APPLIED, WRITTEN], True, True),
    ],
)
def test_a_hint_of_what_was_applied_makes_no_round_of_what_was_written(
    hints: Hints, said: list[bytes], is_written: bool, is_applied: bool
) -> None:
    listening, nudge = hints
    applied = threading.Event()
    for each in said:
        nudge(each)
    assert relay._wait(listening, 0.0, applied) == is_written
    assert applied.is_set() == is_applied
    assert not relay._wait(listening, 0.0, threading.Event())


def test_what_is_done_beside_is_done_in_turn_and_whatever_fails_of_it() -> None:
    done: list[str] = []
    stop, applied = threading.Event(), threading.Event()

    def fails() -> bool:
        done.append("fails")
        raise RuntimeError("a bad moment")

    def goes_on() -> bool:
        done.append("goes on")
        stop.set()
        return True

    applied.set()
    relay._beside([fails, goes_on], applied, stop)
    assert stop.wait(30)
    assert done == ["fails", "goes on"]
