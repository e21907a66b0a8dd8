"""Bodies are read whole before anything else: in time, and no more of them than is bearable."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from shared.errors import Malformed, TooSlow, Unavailable
from shared.http import bodies
from shared.http.bodies import MAX_BODY_BYTES, Bodies

WITH_BODY = [(b"content-length", b"10")]
Message = MutableMapping[str, Any]


class Sender:
    """A caller that sends these pieces, and then nothing more."""

    def __init__(self, *pieces: bytes, is_whole: bool = True, goes: bool = False) -> None:
        self.left = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        if is_whole and self.left:
            self.left[-1]["more_body"] = False
        if goes:
            self.left.append({"type": "http.disconnect"})

    async def __call__(self) -> Message:
        """The next message; waits for ever after the last."""
        if not self.left:
            await asyncio.Event().wait()
        return self.left.pop(0)


def _read(sender: Sender, reading: Bodies | None = None) -> bytes:
    return asyncio.run((reading or Bodies()).whole(WITH_BODY, sender))


def test_pieces_come_together() -> None:
    assert _read(Sender(b"ab", b"", b"c")) == b"abc"


def test_a_request_without_a_body_is_not_waited_for() -> None:
    assert asyncio.run(Bodies().whole([(b"host", b"x")], Sender())) == b""


def test_of_what_is_too_long_no_more_is_read_than_tells_so() -> None:
    sender = Sender(*[b"x" * 400_000] * 10)
    assert MAX_BODY_BYTES < len(_read(sender)) < MAX_BODY_BYTES + 400_001
    assert len(sender.left) == 7


def test_a_body_that_does_not_come_to_its_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.01)
    with pytest.raises(TooSlow):
        _read(Sender(b"a", b"b", is_whole=False))


def test_a_caller_that_goes_is_not_answered() -> None:
    with pytest.raises(Malformed):
        _read(Sender(b"a", is_whole=False, goes=True))


def test_what_is_held_at_once_is_bounded_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_HELD_BYTES", 10)
    reading = Bodies()
    for _ in range(3):
        with pytest.raises(Unavailable):
            _read(Sender(b"x" * 6, b"x" * 6), reading)
    assert _read(Sender(b"x" * 9), reading) == b"x" * 9
