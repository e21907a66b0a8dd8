"""Passwords: argon2id. A wrong name takes as long to refuse as a wrong password.

A hash takes long on purpose: whoever has one made for a request does so in `lanes.PASSWORDS`.
"""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.values.findings import Wrong

MIN_LENGTH = 12
MAX_LENGTH = 200

# Guesses that a password withstands at least; the commonest are found within far fewer.
_LEAST_GUESSES = 1e6
# The library's time grows with the square of the length; what comes after makes none weaker.
_JUDGED_LENGTH = 64


@lru_cache
def _hasher(time_cost: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=65_536, parallelism=2)


@lru_cache
def _decoy(time_cost: int) -> str:
    return _hasher(time_cost).hash("nobody has this password")


def hash_password(password: str, time_cost: int) -> str:
    """The hash to store; it carries its own parameters and salt."""
    return _hasher(time_cost).hash(password)


def verify_password(stored: str | None, password: str, time_cost: int) -> bool:
    """Whether the password belongs to the hash; None takes the same time and is never right."""
    try:
        _hasher(time_cost).verify(stored or _decoy(time_cost), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def require_strong(password: str, *about: str) -> None:
    """Refuse what is guessed soon, `about` being what is known of its owner; raises `Wrong`."""
    # It reads its lists of words when imported, which most processes never need.
    from zxcvbn import zxcvbn

    judged = zxcvbn(password[:_JUDGED_LENGTH], user_inputs=list(about))
    if judged["guesses"] < _LEAST_GUESSES:
        reason = judged["feedback"]["warning"] or "This is too easy to guess."
        advice = " ".join(judged["feedback"]["suggestions"])
        raise Wrong("weak_password", f"{reason} {advice}".strip())
