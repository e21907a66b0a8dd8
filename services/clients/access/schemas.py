"""Bodies and answers of access."""

from __future__ import annotations

import re
import zoneinfo
from functools import lru_cache
from typing import Any

import pycountry
from email_validator import EmailNotValidError, validate_email
from marshmallow import ValidationError, fields, validate

from services.clients.access.models import ApiKey, User, Workspace
from services.clients.access.rules import BadPattern, parse_pattern
from shared.clock import rfc3339
from shared.http.schemas import Coded, StrictSchema
from shared.security.passwords import MAX_LENGTH, MIN_LENGTH
from shared.security.permissions import PERMISSIONS, ROLES


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


# Addresses that exist in a firm's own network only: good to sign in with, and refused by the
# validator because the world cannot reach them.
_OWN_NETWORK = re.compile(
    r"[\w.+-]+@([\w-]+\.)*(internal|lan|local|localhost|test)", re.ASCII | re.IGNORECASE
)


def _check_email(value: str) -> None:
    if len(value) <= 254 and _OWN_NETWORK.fullmatch(value):
        return
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValidationError(Coded("invalid_email", str(error))) from error


def _check_country(value: str) -> None:
    if pycountry.countries.get(alpha_2=value) is None:
        raise ValidationError(Coded("unknown_country", "Must be ISO 3166 alpha-2, like US."))


def _check_currency(value: str) -> None:
    if pycountry.currencies.get(alpha_3=value) is None:
        raise ValidationError(Coded("unknown_currency", "Must be ISO 4217, like USD."))


def _check_zone(value: str) -> None:
    if value not in _zones():
        raise ValidationError(Coded("unknown_time_zone", "Must be like America/Chicago."))


def _check_pattern(value: str) -> None:
    try:
        parse_pattern(value)
    except BadPattern as error:
        raise ValidationError(Coded("bad_pattern", str(error))) from error


_NAME = [validate.Length(1, 200), validate.Regexp(r".*\S", error="May not be blank.")]


class LogInBody(StrictSchema):
    """`POST /v1/auth/token`."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, MAX_LENGTH))


class LogInView(StrictSchema):
    """A fresh access token."""

    access_token = fields.String()
    token_type = fields.String()
    expires_in = fields.Integer()


class WorkspaceBody(StrictSchema):
    """`PATCH /v1/workspace`."""

    name = fields.String(validate=_NAME)
    country = fields.String(validate=_check_country)
    currency = fields.String(validate=_check_currency)
    time_zone = fields.String(validate=_check_zone)
    invoice_number_pattern = fields.String(validate=_check_pattern)
    deletion_undo_days = fields.Integer(
        strict=True,
        validate=validate.Range(0, 365),
        metadata={"description": "Days in which a deleted client can be brought back."},
    )


class WorkspaceView(WorkspaceBody):
    """A workspace as answered."""

    id = fields.String()
    version = fields.Integer()
    created_at = fields.String()
    updated_at = fields.String()


class UserBody(StrictSchema):
    """`POST /v1/users`."""

    email = fields.String(required=True, validate=_check_email)
    name = fields.String(required=True, validate=_NAME)
    password = fields.String(required=True, validate=validate.Length(MIN_LENGTH, MAX_LENGTH))
    role = fields.String(required=True, validate=validate.OneOf(sorted(ROLES)))


class UserView(StrictSchema):
    """A user as answered; never a password."""

    id = fields.String()
    email = fields.String()
    name = fields.String()
    role = fields.String()
    created_at = fields.String()


class UserPage(StrictSchema):
    """Users, in the order they came."""

    data = fields.List(fields.Nested(UserView))
    next = fields.String(allow_none=True)


class MeView(StrictSchema):
    """Who is asking."""

    actor = fields.Dict()
    workspace = fields.Nested(WorkspaceView)
    permissions = fields.List(fields.String())


class ApiKeyBody(StrictSchema):
    """`POST /v1/api-keys`."""

    name = fields.String(required=True, validate=_NAME)
    permissions = fields.List(
        fields.String(validate=validate.OneOf(sorted(PERMISSIONS))),
        required=True,
        validate=validate.Length(1, len(PERMISSIONS)),
    )
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True)


class ApiKeyView(StrictSchema):
    """An API key as answered; `token` only in the answer that made it."""

    id = fields.String()
    name = fields.String()
    prefix = fields.String()
    permissions = fields.List(fields.String())
    expires_at = fields.String(allow_none=True)
    last_used_at = fields.String(allow_none=True, metadata={"description": "To the minute."})
    revoked_at = fields.String(allow_none=True)
    created_at = fields.String()
    token = fields.String()


class ApiKeyPage(StrictSchema):
    """API keys, in the order they were made."""

    data = fields.List(fields.Nested(ApiKeyView))
    next = fields.String(allow_none=True)


def workspace_json(workspace: Workspace) -> dict[str, Any]:
    """As `WorkspaceView`."""
    return {
        "id": str(workspace.workspace_id),
        "name": workspace.name,
        "country": workspace.country,
        "currency": workspace.currency,
        "time_zone": workspace.time_zone,
        "invoice_number_pattern": workspace.invoice_number_pattern,
        "deletion_undo_days": workspace.deletion_undo_days,
        "version": workspace.version,
        "created_at": rfc3339(workspace.created_at),
        "updated_at": rfc3339(workspace.updated_at),
    }


def user_json(user: User) -> dict[str, Any]:
    """As `UserView`."""
    return {
        "id": str(user.id),
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "created_at": rfc3339(user.created_at),
    }


def api_key_json(key: ApiKey) -> dict[str, Any]:
    """As `ApiKeyView`, without the token."""
    return {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "permissions": sorted(key.permissions),
        "expires_at": None if key.expires_at is None else rfc3339(key.expires_at),
        "last_used_at": None if key.last_used_at is None else rfc3339(key.last_used_at),
        "revoked_at": None if key.revoked_at is None else rfc3339(key.revoked_at),
        "created_at": rfc3339(key.created_at),
    }
