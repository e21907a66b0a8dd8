"""Bodies and answers about the workspace, users and API keys."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from services.clients.access.models import ApiKey, User, Workspace
from services.clients.access.rules import BadPattern, parse_pattern
from services.clients.access.schemas.roles import permissions_field, role_field
from services.clients.access.schemas.signing_in import new_password
from services.clients.values import addresses, money
from shared.clock import now, rfc3339
from shared.http.fields import Moment, Rule, flag, line, prose, required_line
from shared.http.schemas import Coded, StrictSchema, page_of
from shared.security.passwords import require_strong
from shared.values import text
from shared.values.findings import Wrong

#: What a workspace puts on its invoices, beside its name and country.
ON_INVOICES = (
    "street",
    "city",
    "state",
    "postal_code",
    "tax_id",
    "payment_instructions",
    "bank_details",
    "invoice_terms",
)

#: What it puts on mail to clients.
ON_MAIL = ("mail_sender", "mail_reply_to")
#: How it invoices and reminds.
OF_INVOICING = ("auto_invoicing_issues", "invoice_due_days", "reminder_days")


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _zone(value: Any) -> str:
    zone = text.plain(value)
    if zone not in _zones():
        raise Wrong("unknown_time_zone", "Must be like America/Chicago.")
    return zone


def _pattern(value: Any) -> str:
    pattern = text.plain(value)
    try:
        parse_pattern(pattern)
    except BadPattern as error:
        raise Wrong("bad_pattern", str(error)) from error
    return pattern


def _name(**kwargs: Any) -> Rule:
    return required_line(text.NAME_LENGTH, minLength=1, pattern=r".*\S", **kwargs)


class WorkspaceBody(StrictSchema):
    """`PATCH /v1/workspace`."""

    name = _name()
    country = Rule(text.visible(addresses.country, "unknown_country"), nullable=False)
    currency = Rule(text.visible(money.currency, "unknown_currency"), nullable=False)
    time_zone = Rule(_zone, nullable=False)
    invoice_number_pattern = Rule(_pattern, nullable=False)
    deletion_undo_days = fields.Integer(
        strict=True,
        validate=validate.Range(0, 365),
        metadata={"description": "Days in which a deleted client can be brought back."},
    )
    split_overtime = flag(
        description="Whether hours past 8 a day and 40 a week are overtime by themselves."
    )
    street = line(text.NAME_LENGTH, examples=["1 Main St"])
    city = line(text.WORD_LENGTH, examples=["Saint Paul"])
    state = line(text.WORD_LENGTH, examples=["Minnesota"])
    postal_code = line(20, examples=["55101"])
    tax_id = line(40, description="As it is put on invoices.", examples=["12-3456789"])
    payment_instructions = prose(2_000, examples=["By wire, within 30 days."])
    bank_details = prose(2_000, examples=["First Bank · 091000022 · 4711"])
    invoice_terms = prose(
        2_000, description="The terms of invoices that are made without.", examples=["Net 30."]
    )
    auto_invoicing_issues = flag(
        description="Whether auto-invoicing issues and sends its invoices; else they are drafts."
    )
    invoice_due_days = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(0, 365),
        metadata={"description": "Days until an invoice is due that is issued without a day."},
    )
    reminder_days = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 365)),
        validate=validate.Length(0, 10),
        metadata={
            "description": "After how many days overdue clients are reminded; none if empty.",
            "example": [3, 14, 30],
        },
    )
    mail_sender = line(
        text.WORD_LENGTH,
        description="The name that mail to clients comes from; the workspace's if left out.",
        examples=["North Star Engineering, Billing"],
    )
    mail_reply_to = Rule(
        addresses.email,
        format="email",
        description="Where answers to mail go.",
        examples=["billing@northstar.example.com"],
    )


class WorkspaceView(WorkspaceBody):
    """A workspace as answered."""

    id = fields.String()
    version = fields.Integer()
    created_at = fields.String()
    updated_at = fields.String()


class UserBody(StrictSchema):
    """`POST /v1/users`."""

    email = Rule(addresses.sign_in_email, nullable=False, required=True)
    name = _name(required=True)
    password = new_password()
    role = role_field(required=True)

    @validates_schema
    def _strong(self, data: dict[str, Any], **_: Any) -> None:
        about = [str(data[name]) for name in ("email", "name") if name in data]
        try:
            require_strong(data.get("password", ""), *about)
        except Wrong as wrong:
            raise ValidationError({"password": [Coded(wrong.code, wrong.message)]}) from wrong


class UserChanges(StrictSchema):
    """`PATCH /v1/users/{id}`."""

    name = _name()
    role = role_field()
    disabled = flag()


class UserView(StrictSchema):
    """A user as answered; never a password."""

    id = fields.String()
    email = fields.String()
    name = fields.String()
    role = fields.String()
    disabled = fields.Boolean(metadata={"description": "Whether they may no longer sign in."})
    second_factor = fields.Boolean(metadata={"description": "Whether they sign in by codes too."})
    version = fields.Integer()
    created_at = fields.String()


#: Users, in the order they came.
UserPage = page_of(UserView, "UserPage")


class MeView(StrictSchema):
    """Who is asking."""

    actor = fields.Dict()
    workspace = fields.Nested(WorkspaceView)
    permissions = fields.List(fields.String())


class ApiKeyBody(StrictSchema):
    """`POST /v1/api-keys`."""

    name = _name(required=True)
    permissions = permissions_field(required=True)
    expires_at = Moment(load_default=None, allow_none=True)

    @validates_schema
    def _to_come(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("expires_at") is not None and data["expires_at"] <= now():
            raise ValidationError({"expires_at": [Coded("past", "Must lie in the future.")]})


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


#: API keys, in the order they were made.
ApiKeyPage = page_of(ApiKeyView, "ApiKeyPage")


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
        "split_overtime": workspace.split_overtime,
        **{name: getattr(workspace, name) for name in (*ON_INVOICES, *ON_MAIL, *OF_INVOICING)},
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
        "disabled": user.disabled_at is not None,
        "second_factor": user.totp_since is not None,
        "version": user.version,
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
