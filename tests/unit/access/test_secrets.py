"""Tokens: nobody guesses one, and what is stored does not give it back."""

from __future__ import annotations

import base64

from shared.security.secrets import new_token, token_hash


def test_a_token_holds_256_random_bits_behind_its_kind() -> None:
    made = new_token("cak")
    kind, _, secret = made.token.partition("_")
    assert kind == "cak"
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32


def test_no_two_tokens_are_alike() -> None:
    assert len({new_token("cat").token for _ in range(1_000)}) == 1_000


def test_the_prefix_tells_keys_apart_and_leaves_the_rest_to_guess() -> None:
    made = new_token("cak")
    assert made.token.startswith(made.prefix)
    assert len(made.token) - len(made.prefix) >= 36


def test_what_is_stored_is_found_by_the_token_and_does_not_hold_it() -> None:
    made = new_token("cat")
    assert made.hash == token_hash(made.token)
    assert len(made.hash) == 32
    assert made.token.encode() not in made.hash
    assert token_hash(made.token + "x") != made.hash
