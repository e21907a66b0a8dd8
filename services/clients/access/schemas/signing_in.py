"""Bodies and answers of signing in, sessions and passwords."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.clients.access.models import Session, User
from services.clients.access.operations.signing_in import SignedIn
from services.clients.values import addresses
from shared.clock import rfc3339
from shared.http.fields import required_line
from shared.http.schemas import StrictSchema
from shared.security.passwords import MAX_LENGTH, MIN_LENGTH

CODE_LENGTH = 40


def present_password(**kwargs: Any) -> fields.String:
    """A password as it was once chosen, whatever the rules were then."""
    return fields.String(required=True, validate=validate.Length(1, MAX_LENGTH), **kwargs)


def new_password(**kwargs: Any) -> fields.String:
    """A password to be; how easily it is guessed is looked at where it is set."""
    return fields.String(required=True, validate=validate.Length(MIN_LENGTH, MAX_LENGTH), **kwargs)


class LogInBody(StrictSchema):
    """`POST /v1/auth/token` and `POST /v1/auth/sessions`."""

    email = required_line(addresses.EMAIL_LENGTH, minLength=1, required=True)
    password = present_password()
    code = required_line(
        CODE_LENGTH,
        minLength=1,
        description="Of the second factor, where the user has one, or a recovery code.",
    )


class LogInView(StrictSchema):
    """A fresh access token."""

    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()


class OwnPasswordBody(StrictSchema):
    """What is asked for before the second factor is changed."""

    password = present_password()


class CodeBody(StrictSchema):
    """`POST /v1/me/second-factor/confirm`."""

    code = required_line(CODE_LENGTH, minLength=1, required=True)


class EnrolmentView(StrictSchema):
    """What an authenticator is given."""

    secret = fields.String(metadata={"description": "To be typed in."})
    uri = fields.String(metadata={"description": "The same, to be shown as a QR code."})


class RecoveryCodesView(StrictSchema):
    """Codes for the day on which the authenticator is lost; each is good once."""

    recovery_codes = fields.List(fields.String())


class SecondFactorView(StrictSchema):
    """Whether codes are asked for."""

    enabled = fields.Boolean()
    since = fields.String(allow_none=True)
    recovery_codes_left = fields.Integer()


class SignedInView(StrictSchema):
    """A session's token, told only now."""

    token = fields.String()
    idle_until = fields.String(metadata={"description": "It ends then unless it is used."})
    expires_at = fields.String(metadata={"description": "It ends then at the latest."})


class SessionView(StrictSchema):
    """Where somebody is signed in."""

    id = fields.String()
    device = fields.String(metadata={"description": "Browser and system, or a program's name."})
    address = fields.String()
    created_at = fields.String()
    last_used_at = fields.String(metadata={"description": "To the minute."})
    idle_until = fields.String()
    expires_at = fields.String()
    current = fields.Boolean(metadata={"description": "Whether this request came by it."})


class SessionList(StrictSchema):
    """Sessions, the latest used first."""

    data = fields.List(fields.Nested(SessionView))


class PasswordBody(StrictSchema):
    """`PUT /v1/me/password`."""

    password = present_password()
    new_password = new_password()


def second_factor_json(user: User) -> dict[str, Any]:
    """As `SecondFactorView`."""
    since = user.totp_since
    return {
        "enabled": since is not None,
        "since": None if since is None else rfc3339(since),
        "recovery_codes_left": len(user.recovery_codes),
    }


def signed_in_json(made: SignedIn) -> dict[str, Any]:
    """As `SignedInView`."""
    return {
        "token": made.token,
        "idle_until": rfc3339(made.idle_until),
        "expires_at": rfc3339(made.expires_at),
    }


def session_json(session: Session, token_hash: bytes) -> dict[str, Any]:
    """As `SessionView`, for a caller whose token has this hash."""
    return {
        "id": str(session.id),
        "device": session.device,
        "address": session.address,
        "created_at": rfc3339(session.created_at),
        "last_used_at": rfc3339(session.last_used_at),
        "idle_until": rfc3339(session.idle_until),
        "expires_at": rfc3339(session.expires_at),
        "current": token_hash in {session.hash, session.previous_hash},
    }
