"""How long a stream is passed on to a caller whose rights are asked for again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.clients.gateway import streaming
from shared.http.later import Reply

TRUSTED = 0.3


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes a part of one."""
    monkeypatch.setattr(streaming, "RECHECK_SECONDS", 0.01)
    monkeypatch.setattr(streaming, "TRUSTED_SECONDS", TRUSTED)


async def _for_ever(_caller: object, _reply: Reply) -> None:
    await asyncio.Event().wait()


def _lasts(is_valid: Callable[[], bool]) -> float:
    """For how many seconds a stream without an end is passed on; five are for ever."""
    began = time.monotonic()
    passing = streaming._while_valid(_for_ever, is_valid, Reply.__new__(Reply))
    try:
        asyncio.run(asyncio.wait_for(passing, 5 * TRUSTED))
    except TimeoutError:
        return float("inf")
    return time.monotonic() - began


def _nobody_can_say() -> bool:
    raise ConnectionError("the database is away")


def test_a_caller_is_trusted_for_a_while_when_nobody_can_say_who_it_is() -> None:
    assert TRUSTED <= _lasts(_nobody_can_say) < float("inf")


def test_it_is_trusted_anew_each_time_that_somebody_can() -> None:
    begun = time.monotonic()

    def is_known_in_between() -> bool:
        # Asked within any time that is shorter than the trust, somebody can say.
        if (time.monotonic() - begun) % (TRUSTED / 2) < TRUSTED / 4:
            return True
        return _nobody_can_say()

    assert _lasts(is_known_in_between) == float("inf")


def test_a_caller_that_is_refused_is_not_trusted_at_all() -> None:
    assert _lasts(lambda: False) < TRUSTED


def test_a_caller_that_is_known_is_told_for_ever() -> None:
    assert _lasts(lambda: True) == float("inf")


def test_nothing_is_told_to_a_caller_that_may_not_hear_it_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "FRESH_SECONDS", 0.0)
    told: list[Any] = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            yield b"%d" % number

    async def send(message: Any) -> None:
        told.append(message["body"])

    caller = streaming._Caller(lambda: len(told) < 2)
    asyncio.run(streaming._tell(pieces(), caller, Reply(send, ())))
    assert told == [b"0", b"1"]
