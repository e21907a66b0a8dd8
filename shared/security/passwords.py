"""Passwords: argon2id. A wrong name takes as long to refuse as a wrong password."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 200


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
