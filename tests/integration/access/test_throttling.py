"""How often one may try to sign in, and what a flood of tries costs others."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

import pytest

from services.clients.access.operations import throttling
from services.clients.access.operations.throttling import ACCOUNT, ADDRESS, PAIR
from services.clients.access.tasks import tell_refusals
from shared.security.identity import Whence
from tests.fixtures.api import PASSWORD, Api

EMAIL = "owner@example.com"
SECRET = "of a proxy that is ours"


@pytest.fixture
def proxied(api: Api) -> Api:
    object.__setattr__(api.runtime.settings, "proxy_secret", SECRET)
    return api


def tried(api: Api, address: str, password: str = "wrong", email: str = EMAIL) -> Any:
    return api.app.test_client().post(
        "/v1/auth/sessions",
        json={"email": email, "password": password},
        headers={"X-Forwarded-For": address, "X-Proxy-Secret": SECRET},
    )


def take(api: Api, address: str, email: str = EMAIL) -> None:
    throttling.take_turn(api.runtime, email, Whence(address, ""))


def used_up(api: Api, address: str, email: str = EMAIL) -> int:
    """How many turns there were until none was left."""
    for count in range(1_000):
        try:
            take(api, address, email)
        except throttling.Throttled:
            return count
    raise AssertionError("there is no end")


def test_tries_for_one_account_from_one_address_are_few(proxied: Api) -> None:
    answers = [tried(proxied, "203.0.113.7") for _ in range(PAIR.burst + 1)]
    assert [it.status_code for it in answers] == [401] * PAIR.burst + [429]
    assert answers[-1].json["code"] == "auth.throttled"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= PAIR.seconds
    assert tried(proxied, "203.0.113.7", PASSWORD).status_code == 429
    assert tried(proxied, "203.0.113.8", PASSWORD).status_code == 201


def test_the_right_password_gives_the_turns_back(proxied: Api) -> None:
    for _ in range(3):
        assert tried(proxied, "203.0.113.7").status_code == 401
        assert tried(proxied, "203.0.113.7", PASSWORD).status_code == 201
    assert used_up(proxied, "203.0.113.7") == PAIR.burst - 3


def test_a_turn_comes_back_with_time(api: Api) -> None:
    assert used_up(api, "203.0.113.7") == PAIR.burst
    with pytest.raises(throttling.Throttled) as refused:
        take(api, "203.0.113.7")
    assert 0 < refused.value.retry_after <= PAIR.seconds


def test_an_account_is_guarded_against_many_addresses_and_its_user_still_gets_in(
    proxied: Api,
) -> None:
    assert tried(proxied, "198.51.100.1", PASSWORD).status_code == 201
    for number in range(ACCOUNT.burst):
        take(proxied, f"203.0.113.{number}")
    refused = tried(proxied, "203.0.113.200", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= ACCOUNT.seconds
    assert tried(proxied, "198.51.100.1", PASSWORD).status_code == 201


def test_an_address_is_counted_over_all_accounts(api: Api) -> None:
    for number in range(ADDRESS.burst):
        take(api, "203.0.113.7", f"user{number}@example.com")
    with pytest.raises(throttling.Throttled):
        take(api, "203.0.113.7", "one@example.com")
    take(api, "203.0.113.8", "one@example.com")


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
    ],
)
def test_a_caller_has_half_an_ipv6_address(first: str, second: str, alike: bool) -> None:
    assert (Whence(first, "").network == Whence(second, "").network) == alike


def test_spellings_of_an_address_are_one_account(api: Api) -> None:
    spellings = ["owner@example.com", "OWNER@example.com", "ｏｗｎｅｒ@example.com"]
    for number in range(PAIR.burst):
        take(api, "203.0.113.7", spellings[number % 3])
    with pytest.raises(throttling.Throttled):
        take(api, "203.0.113.7")


def test_an_address_is_believed_of_a_proxy_that_is_ours_alone(proxied: Api) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    for secret, seen in ((SECRET, "203.0.113.7"), ("a guess", "127.0.0.1"), ("", "127.0.0.1")):
        headers = {"X-Forwarded-For": "10.0.0.1, 203.0.113.7", "X-Proxy-Secret": secret}
        proxied.app.test_client().post("/v1/auth/sessions", json=body, headers=headers)
        assert proxied.events("clients.session.started.v1")[-1]["session"]["address"] == seen


def test_refusals_are_told_together_and_those_of_nobody_are_not(proxied: Api) -> None:
    for _ in range(3):
        tried(proxied, "203.0.113.7")
    tried(proxied, "203.0.113.7", email="nobody@example.com")
    assert proxied.events("clients.sign_in.refused.v1") == []
    tell_refusals(proxied.runtime)
    [told] = proxied.events("clients.sign_in.refused.v1")
    assert (told["times"], told["reason"], told["address"]) == (3, "password", "203.0.113.7")
    tell_refusals(proxied.runtime)
    assert len(proxied.events("clients.sign_in.refused.v1")) == 1


def test_an_address_that_nobody_has_takes_as_long_to_refuse(proxied: Api) -> None:
    def took(email: str, address: int) -> float:
        begun = perf_counter()
        assert tried(proxied, f"203.0.113.{address}", email=email).status_code == 401
        return perf_counter() - begun

    took(EMAIL, 250)
    pairs = [(took(EMAIL, n), took(f"no{n}@example.com", n)) for n in range(20)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2
