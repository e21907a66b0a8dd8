"""Signing, retrying, resting, and what an answer means: rules alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.activity.webhooks.rules import retries, types
from services.activity.webhooks.rules.answers import Attempt, Outcome, kept_text
from services.activity.webhooks.rules.retries import Health
from services.activity.webhooks.rules.signing import as_secret, sign
from services.activity.webhooks.rules.urls import WrongUrl, parse_url

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@given(st.binary(min_size=24, max_size=64), st.text())
def test_the_reference_library_makes_the_same_signature(key: bytes, text: str) -> None:
    secret, body = as_secret(key), text.encode("utf-8", "replace")
    headers = sign([secret], "message", NOW, body)
    assert headers["webhook-signature"] == Webhook(secret).sign("message", NOW, body.decode())
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_tries_are_spread_over_three_days_and_then_over() -> None:
    spans = [retries.next_try(tries, NOW, 0.5) for tries in range(1, 10)]
    together = sum((each - NOW for each in spans if each), timedelta(0))
    assert timedelta(hours=75) < together < timedelta(hours=76)
    assert retries.next_try(10, NOW, 0.5) is None


@given(st.integers(1, 9), st.floats(0, 1))
def test_each_delay_is_its_own_within_a_tenth(tries: int, chance: float) -> None:
    at = retries.next_try(tries, NOW, chance)
    assert at is not None
    assert 0.899 <= (at - NOW) / retries.DELAYS[tries - 1] <= 1.101


def test_a_receiver_rests_longer_and_longer_and_an_hour_at_most() -> None:
    health, rests = Health(), []
    for _ in range(40):
        health = retries.after_failure(health, NOW, 0.5)
        rests.append(health.rest_until - NOW if health.rest_until else None)
    assert rests[:4] == [None] * 4
    known = [each for each in rests if each is not None]
    assert known == sorted(known)
    assert known[0] == timedelta(seconds=30)
    assert known[-1] == timedelta(hours=1)
    assert retries.after_success(health).failures == 0
    assert health.failing_since == NOW


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("120", timedelta(minutes=2)),
        ("0", None),
        ("Sat, 28 Nov 2026 09:31:00 GMT", timedelta(minutes=1)),
        ("Sat, 28 Nov 2026 09:29:00 GMT", None),
        ("99999999999999999999", timedelta(hours=24)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_what_a_receiver_asks_for_is_bounded(header: str | None, wait: timedelta | None) -> None:
    assert retries.asked_wait(header, NOW) == wait


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.ARRIVED), (204, Outcome.ARRIVED), (301, Outcome.FAILED), (400, Outcome.FAILED),
     (410, Outcome.GONE), (500, Outcome.FAILED), (None, Outcome.FAILED)],
)  # fmt: skip
def test_only_2xx_is_an_arrival(status: int | None, outcome: Outcome) -> None:
    assert Attempt(NOW, timedelta(0), status).outcome is outcome


@given(st.binary(max_size=5000))
def test_any_response_can_be_kept(start: bytes) -> None:
    text = kept_text(start)
    assert len(text) <= 1000
    assert "\0" not in text
    text.encode()


def test_types_are_those_that_match_and_may_be_viewed() -> None:
    everything = types.kept_permissions(
        {"clients.view", "projects.view", "invoices.view", "documents.view", "users.manage", "x.y"}
    )
    assert "x.y" not in everything
    all_of_it = types.wanted_types(("*",), everything)
    assert "clients.client.created.v1" in all_of_it
    assert "activity.client.erased.v1" not in all_of_it
    assert types.wanted_types(("clients.*",), everything) < all_of_it
    assert types.wanted_types(("*",), frozenset({"workspace.manage"})) == frozenset()
    assert types.unmatched(["clients.*", "client.*"]) == ["client.*"]


@pytest.mark.parametrize(
    "text", ["", "x", "https://", "https://a b/", "javascript:alert(1)", "//x"]
)
def test_what_is_no_url_of_a_receiver_is_refused(text: str) -> None:
    with pytest.raises(WrongUrl):
        parse_url(text)


def test_a_name_in_any_script_is_asked_for_as_the_network_knows_it() -> None:
    assert parse_url("https://bücher.example/x").host == "xn--bcher-kva.example"
