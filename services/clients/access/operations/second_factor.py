"""The second factor: codes that change every 30 seconds (TOTP), and recovery codes for the day
on which the device is lost. No code is good twice.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

import pyotp

from services.clients.access.errors import (
    NoSecondFactor,
    SecondFactorRequired,
    SecondFactorStands,
    SecondFactorWrong,
)
from services.clients.access.models import User
from services.clients.access.operations import people
from shared.clock import now
from shared.messaging.changes import change
from shared.unit_of_work import UnitOfWork

STEP_SECONDS = 30
RECOVERY_CODES = 10
_ISSUER = "Clientele"
_SEALED_FOR = "access.totp"
_HASHED_FOR = "access.recovery"
# Without what looks alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator is given; `uri` holds the same, as a QR code shows it."""

    secret: str
    uri: str


def enrol(uow: UnitOfWork, user: User) -> Enrolment:
    """A secret for an authenticator; it is not asked for before a code of it was confirmed."""
    if user.totp_since is not None:
        raise SecondFactorStands
    secret = pyotp.random_base32()
    user.totp_secret = uow.vault.encrypt(secret, _SEALED_FOR)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=_ISSUER)
    return Enrolment(secret, uri)


def confirm(uow: UnitOfWork, user: User, code: str) -> list[str]:
    """Ask for codes from now on; the recovery codes, which are told only now."""
    if user.totp_since is not None:
        raise SecondFactorStands
    if not _is_of_this_moment(uow, user, code):
        raise SecondFactorWrong
    user.totp_since = now()
    people.note_change(uow, user, [change("second_factor", before=False, after=True)])
    return _draw_recovery_codes(uow, user)


def renew_recovery_codes(uow: UnitOfWork, user: User) -> list[str]:
    """Other recovery codes; those from before are good no more."""
    if user.totp_since is None:
        raise NoSecondFactor
    _note_recovery(uow, user)
    return _draw_recovery_codes(uow, user)


def disable(uow: UnitOfWork, user: User) -> None:
    """Ask for codes no more, and forget the secret."""
    if user.totp_secret is None:
        raise NoSecondFactor
    was_asked_for = user.totp_since is not None
    user.totp_secret, user.totp_since, user.recovery_codes = None, None, []
    if was_asked_for:
        people.note_change(uow, user, [change("second_factor", before=True, after=False)])


def require_code(uow: UnitOfWork, user: User, code: str | None) -> None:
    """Use a code up, of the authenticator or for recovery, where the user has a second factor.

    The user's row is held. Raises `SecondFactorRequired` or `SecondFactorWrong`.
    """
    if user.totp_since is None:
        return
    if not code:
        raise SecondFactorRequired
    if not _is_of_this_moment(uow, user, code) and not _is_recovery(uow, user, code):
        raise SecondFactorWrong


def _is_of_this_moment(uow: UnitOfWork, user: User, code: str) -> bool:
    """Whether it is a code of this step, the one before or the next, and later than the last."""
    if user.totp_secret is None:
        raise NoSecondFactor
    totp = pyotp.TOTP(uow.vault.decrypt(user.totp_secret, _SEALED_FOR).decode())
    given = "".join(code.split()).encode()
    present = int(now().timestamp()) // STEP_SECONDS
    for step in (present - 1, present, present + 1):
        if step > user.totp_step and hmac.compare_digest(totp.generate_otp(step).encode(), given):
            user.totp_step = step
            return True
    return False


def _is_recovery(uow: UnitOfWork, user: User, code: str) -> bool:
    hashed = _hash(uow, code)
    if hashed not in user.recovery_codes:
        return False
    user.recovery_codes = [left for left in user.recovery_codes if left != hashed]
    _note_recovery(uow, user)
    return True


def _draw_recovery_codes(uow: UnitOfWork, user: User) -> list[str]:
    drawn = [_draw() for _ in range(RECOVERY_CODES)]
    user.recovery_codes = [_hash(uow, code) for code in drawn]
    return drawn


def _draw() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def _hash(uow: UnitOfWork, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return uow.vault.keyed_hash(plain, _HASHED_FOR).hex()


def _note_recovery(uow: UnitOfWork, user: User) -> None:
    hidden = people.HIDDEN
    people.note_change(uow, user, [change("recovery_codes", hidden, hidden)])
