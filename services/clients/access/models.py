"""Tables of access."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, Integer
from sqlalchemy.orm import Mapped, mapped_column

from services.clients.access.rules import DEFAULT_PATTERN
from shared.clock import now
from shared.db.base import Base


class Workspace(Base):
    """One firm. Its id is the `workspace_id` of everything that is its own.

    Address, tax id, bank details and terms are those it puts on its invoices.
    """

    __tablename__ = "workspaces"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="US")
    currency: Mapped[str] = mapped_column(default="USD")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    invoice_number_pattern: Mapped[str] = mapped_column(default=DEFAULT_PATTERN)
    deletion_undo_days: Mapped[int] = mapped_column(default=0)
    split_overtime: Mapped[bool] = mapped_column(default=False)
    street: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    postal_code: Mapped[str | None]
    tax_id: Mapped[str | None]
    payment_instructions: Mapped[str | None]
    bank_details: Mapped[str | None]
    invoice_terms: Mapped[str | None]
    auto_invoicing_issues: Mapped[bool] = mapped_column(default=False)
    invoice_due_days: Mapped[int | None]
    reminder_days: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=lambda: [3, 14, 30])
    mail_sender: Mapped[str | None]
    mail_reply_to: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class User(Base):
    """Someone who signs in, unless disabled or their address signs in to another workspace.

    `email_key` is the address folded, and unique over all workspaces among those who sign in.

    `totp_secret` is sealed, and asked for since `totp_since`; `totp_step` is the last one used.
    `recovery_codes` are hashes of those that were not used.
    """

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    email: Mapped[str]
    email_key: Mapped[str]
    signs_in: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None]
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(default=0)
    recovery_codes: Mapped[list[str]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Role(Base):
    """A role of the workspace's own: users have it by its id, as text.

    `name_key` is the name folded, and unique in the workspace.
    """

    __tablename__ = "roles"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    name: Mapped[str]
    name_key: Mapped[str]
    permissions: Mapped[list[str]]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class Begun(Base):
    """What every session has, of a user's or of a contact's.

    It is known by the hash of its token. `idle_until` is never past `expires_at`; `device` and
    `address` are whence it began.
    """

    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    hash: Mapped[bytes]
    device: Mapped[str]
    address: Mapped[str]
    idle_seconds: Mapped[int]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime]


class Session(Begun):
    """Where a user is signed in; one that has ended is no longer here.

    For a moment after a rotation it is known by the token before too.
    """

    __tablename__ = "sessions"

    user_id: Mapped[uuid.UUID]
    previous_hash: Mapped[bytes | None]
    previous_until: Mapped[datetime | None]


class Refusal:
    """A refused sign-in that the log does not tell of yet; without a workspace, of nobody."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    device: Mapped[str]
    address: Mapped[str]
    refused_at: Mapped[datetime]


class SignInRefusal(Refusal, Base):
    """Of somebody who signed in as a user."""

    __tablename__ = "sign_in_refusals"

    user_id: Mapped[uuid.UUID | None]


class PasswordReset(Base):
    """A link by which a user chooses a new password, known by its hash; one per user."""

    __tablename__ = "password_resets"

    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    hash: Mapped[bytes]
    expires_at: Mapped[datetime]


class Invitation(Base):
    """Someone who may become a user by a link, known by its hash. `invited_by` is a name."""

    __tablename__ = "invitations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    email: Mapped[str]
    email_key: Mapped[str]
    role: Mapped[str]
    hash: Mapped[bytes]
    invited_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiKey(Base):
    """A program's key; only its first letters and its hash are kept."""

    __tablename__ = "api_keys"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    name: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[bytes]
    permissions: Mapped[list[str]]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
