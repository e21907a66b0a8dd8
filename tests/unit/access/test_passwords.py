"""Passwords are kept as argon2id, and who does not exist is refused like everyone else."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from shared.security.passwords import hash_password, verify_password

COST = 1


def test_the_right_password_is_known_again_and_no_other() -> None:
    stored = hash_password("correct horse battery", COST)
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "correct horse battery", COST)
    assert not verify_password(stored, "correct horse batterz", COST)
    assert not verify_password(stored, "", COST)


def test_equal_passwords_do_not_look_equal() -> None:
    assert hash_password("correct horse battery", COST) != hash_password(
        "correct horse battery", COST
    )


@pytest.mark.parametrize("password", ["nobody has this password", "", "correct horse battery"])
def test_nobody_has_no_password(password: str) -> None:
    """Not even the one that the decoy was made of."""
    assert not verify_password(None, password, COST)


def test_refusing_nobody_costs_a_real_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the time of the answer would tell which addresses exist."""
    verified: list[str] = []
    verify = PasswordHasher.verify

    def watched(hasher: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored)
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", watched)
    assert not verify_password(None, "anything", COST)
    assert [stored[:10] for stored in verified] == ["$argon2id$"]


def test_a_hash_that_is_none_is_nobodys() -> None:
    assert not verify_password("not a hash", "anything", COST)


def test_a_hash_made_at_another_cost_still_opens() -> None:
    """The cost is raised by a setting, while hashes made before carry their own."""
    assert verify_password(hash_password("correct horse battery", 1), "correct horse battery", 2)
