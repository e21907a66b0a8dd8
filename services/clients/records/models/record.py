"""The record's tables, and a client as commands and queries hand it around.

A `Client` that this feature hands out belongs to no session: what is set on it is not
written. Only the operations here write clients, by statements of their own; loading and
flushing one through the session took twice the processor time of those.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy import ARRAY, Computed, ForeignKey, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.clients.lists.models import INDUSTRIES, SERVICE_TYPES, STANDARDS
from shared.db.base import Base


class Client(Base):
    """One client. Its version covers the record, its contacts and its rates."""

    __tablename__ = "clients"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    version: Mapped[int]
    company_name: Mapped[str]
    client_code: Mapped[str | None]
    status: Mapped[str]
    contact_name: Mapped[str | None]
    contact_email: Mapped[str]
    contact_phone: Mapped[str | None]
    website: Mapped[str | None]
    street: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    county: Mapped[str | None]
    postal_code: Mapped[str | None]
    country: Mapped[str | None]
    industry: Mapped[str | None]
    company_size: Mapped[str | None]
    annual_revenue: Mapped[str | None]
    primary_service_type: Mapped[str | None]
    current_systems: Mapped[str | None]
    technical_requirements: Mapped[str | None]
    compliance_requirements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    tax_id: Mapped[bytes | None]
    tax_id_hash: Mapped[bytes | None]
    tax_id_last4: Mapped[str | None]
    email_notifications: Mapped[bool]
    quarterly_reports: Mapped[bool]
    auto_invoicing: Mapped[bool]
    internal: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    sort_name: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    custom_fields: Mapped[dict[str, Any]]
    owner: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    owner_id: Mapped[uuid.UUID | None] = mapped_column(Computed("CAST(owner ->> 'id' AS uuid)"))
    sort_code: Mapped[str] = mapped_column(Computed("coalesce(client_code, '~')"))


class Contact(Base):
    """Someone at the client beside the primary contact."""

    __tablename__ = "contacts"

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    name: Mapped[str | None]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    phone: Mapped[str | None]
    title: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Rate(Base):
    """What an hour of a position costs, for good or between two days."""

    __tablename__ = "rates"

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    position: Mapped[str]
    regular_rate: Mapped[Decimal] = mapped_column(Numeric)
    overtime_rate: Mapped[Decimal | None] = mapped_column(Numeric)
    currency: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class ClientCode(Base):
    """A code that is spoken for. `frozen_at`: since when it stands on an invoice."""

    __tablename__ = "client_codes"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[uuid.UUID]
    frozen_at: Mapped[datetime | None]


class ClientSearch(Base):
    """The words a client is found by, and the standards it is held to."""

    __tablename__ = "client_search"

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"), primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    words: Mapped[str] = mapped_column(TSVECTOR)
    folding: Mapped[int]
    sort_name: Mapped[str]


class ClientWord(Base):
    """One of the words of `ClientSearch`, which the database keeps from those. `shared`: how
    many first letters the client's word before it in the alphabet has as well."""

    __tablename__ = "client_words"

    workspace_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    sort_name: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shared: Mapped[int]


class ContactData(TypedDict):
    """A contact as it stands in answers and events."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    title: str | None
    roles: list[str]


class RateData(TypedDict):
    """A rate as it stands in answers and events: amounts are decimal texts, days ISO."""

    id: str
    position: str
    regular_rate: str
    overtime_rate: str | None
    currency: str
    valid_from: str | None
    valid_until: str | None


@dataclass(slots=True)
class Record:
    """A client with its contacts and rates, each in the order they were added."""

    client: Client
    contacts: list[ContactData]
    rates: list[RateData]

    @property
    def id(self) -> uuid.UUID:
        """The client's id."""
        return self.client.id

    @property
    def version(self) -> int:
        """The version that covers all of it."""
        return self.client.version


#: The columns of a client that are written and read, in one order everywhere.
COLUMNS = tuple(c.name for c in Client.__table__.columns if c.computed is None)

#: What a client has when nothing is said; whatever is not named here has nothing.
DEFAULTS: dict[str, Any] = {
    "status": "active",
    "compliance_requirements": [],
    "email_notifications": True,
    "quarterly_reports": False,
    "auto_invoicing": False,
    "internal": False,
    "tags": [],
    "custom_fields": {},
}

#: The lists of the workspace that values are chosen from.
LISTED = {
    "industry": INDUSTRIES,
    "primary_service_type": SERVICE_TYPES,
    "compliance_requirements": STANDARDS,
}

#: What the stored tax number is sealed and hashed for.
TAX_ID_CONTEXT = "clients.tax_id"

_PLAIN = (
    "company_name",
    "client_code",
    "status",
    "website",
    "industry",
    "company_size",
    "annual_revenue",
    "primary_service_type",
    "current_systems",
    "technical_requirements",
    "compliance_requirements",
    "tags",
    "custom_fields",
    "owner",
)

#: The public shape: where a nested object's keys are stored.
GROUPS: dict[str, dict[str, str]] = {
    "primary_contact": {key: f"contact_{key}" for key in ("name", "email", "phone")},
    "address": {
        key: key for key in ("street", "city", "state", "county", "postal_code", "country")
    },
    "settings": {
        key: key
        for key in ("email_notifications", "quarterly_reports", "auto_invoicing", "internal")
    },
}

#: The path of each column as callers and events name it.
PATHS: dict[str, str] = {name: name for name in _PLAIN} | {
    column: f"{group}.{key}" for group, keys in GROUPS.items() for key, column in keys.items()
}


#: What the path of one of the workspace's own fields begins with.
OWN_FIELD = "custom_fields."


def client_of(values: Iterable[Any], columns: Iterable[str] = COLUMNS) -> Client:
    """A client of a row's values, in the order of the columns; any other is None."""
    client = Client()
    # Not through the attributes: each would note a change that no session will ever write.
    client.__dict__.update(zip(columns, values, strict=True))
    return client
