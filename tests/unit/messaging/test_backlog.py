"""How much more a consumer is sent: bounded in messages and in what they take."""

from __future__ import annotations

from shared.messaging import backlog
from shared.messaging.backlog import Backlog


def test_a_few_large_messages_are_looked_at_as_soon_as_many_small_ones() -> None:
    small, large = Backlog(), Backlog()
    small.note_sent([100] * (backlog.LOOK_EVERY_MESSAGES - 1))
    assert not small.is_due
    small.note_sent([100])
    large.note_sent([300_000] * 7)
    assert small.is_due
    assert large.is_due


def test_what_waits_is_bounded_in_messages_and_in_their_sizes() -> None:
    sent = Backlog()
    sent.note_sent([300_000] * 30)
    assert not sent.has_room(30), "9,000,000 characters wait"
    assert sent.is_due, "looked at until there is room"
    assert sent.has_room(20)
    assert not sent.is_due
    assert not Backlog().has_room(backlog.MAX_WAITING_MESSAGES + 1)


def test_what_is_known_of_is_what_was_sent_last() -> None:
    sent = Backlog()
    sent.note_sent([1_000_000] * 10)
    sent.note_sent([100] * backlog.MAX_WAITING_MESSAGES)
    assert sent.has_room(backlog.MAX_WAITING_MESSAGES)


def test_a_broker_that_refused_may_have_taken_some() -> None:
    sent = Backlog()
    sent.note_failure()
    assert sent.is_due
    assert sent.has_room(0)
    assert not sent.is_due
