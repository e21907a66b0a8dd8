"""The record's tables, and a client as commands and queries hand it around.

Only the operations here write clients, by statements of their own; loading and flushing one
through a session took twice the processor time of those.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypedDict, get_type_hints

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.types import TypeEngine

from services.clients.lists.models import INDUSTRIES, SERVICE_TYPES, STANDARDS


@dataclass(slots=True)
class Client:
    """One client, as its row has it. Its version covers the record, its contacts and its rates."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    version: int
    company_name: str
    client_code: str | None
    status: str
    contact_name: str | None
    contact_email: str
    contact_phone: str | None
    website: str | None
    street: str | None
    city: str | None
    state: str | None
    county: str | None
    postal_code: str | None
    country: str | None
    industry: str | None
    company_size: str | None
    annual_revenue: str | None
    primary_service_type: str | None
    current_systems: str | None
    technical_requirements: str | None
    compliance_requirements: list[str]
    tax_id: bytes | None
    tax_id_hash: bytes | None
    tax_id_last4: str | None
    email_notifications: bool
    quarterly_reports: bool
    auto_invoicing: bool
    auto_invoicing_frequency: str | None
    internal: bool
    created_at: datetime
    updated_at: datetime
    sort_name: str
    tags: list[str]
    custom_fields: dict[str, Any]
    owner: dict[str, Any] | None


#: The columns of a client that are written and read, in one order everywhere.
COLUMNS = tuple(each.name for each in fields(Client))

_KINDS: dict[Any, TypeEngine[Any]] = {
    uuid.UUID: Uuid(),
    int: Integer(),
    str: Text(),
    bool: Boolean(),
    bytes: LargeBinary(),
    datetime: DateTime(timezone=True),
    list[str]: ARRAY(Text),
    dict[str, Any]: JSONB(),
}


def _client_columns() -> list[Column[Any]]:
    hints = get_type_hints(Client)
    return [Column(name, next(_KINDS[it] for it in _choices(hints[name]))) for name in COLUMNS]


def _choices(hint: Any) -> tuple[Any, ...]:
    return (hint,) if hint in _KINDS else hint.__args__


_METADATA = MetaData()

#: A client's row; the last two columns are computed by the database.
CLIENTS = Table(
    "clients", _METADATA, *_client_columns(), Column("owner_id", Uuid), Column("sort_code", Text)
)
#: The words a client is found by, and the standards it is held to.
CLIENT_SEARCH = Table(
    "client_search", _METADATA, Column("client_id", Uuid), Column("words", TSVECTOR)
)
#: One of those words, which the database keeps from them. `shared`: how many first letters the
#: client's word before it in the alphabet has as well.
CLIENT_WORDS = Table(
    "client_words",
    _METADATA,
    Column("word", Text),
    Column("sort_name", Text),
    Column("client_id", Uuid),
    Column("shared", Integer),
)


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
    def children(self) -> dict[str, list[Any]]:
        """Contacts and rates, each list under its name."""
        return {"contacts": [*self.contacts], "rates": [*self.rates]}

    @property
    def id(self) -> uuid.UUID:
        """The client's id."""
        return self.client.id

    @property
    def version(self) -> int:
        """The version that covers all of it."""
        return self.client.version


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
#: What is kept of a tax number: itself, sealed, and what it is found and shown by.
TAX_COLUMNS = ("tax_id", "tax_id_hash", "tax_id_last4")

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
        for key in (
            "email_notifications",
            "quarterly_reports",
            "auto_invoicing",
            "auto_invoicing_frequency",
            "internal",
        )
    },
}

#: Shown only where something is said: clients are answered as they were sent.
UNSAID = frozenset({"auto_invoicing_frequency"})

#: The path of each column as callers and events name it.
PATHS: dict[str, str] = {name: name for name in _PLAIN} | {
    column: f"{group}.{key}" for group, keys in GROUPS.items() for key, column in keys.items()
}


#: What the path of one of the workspace's own fields begins with.
OWN_FIELD = "custom_fields."

_NOTHING = dict.fromkeys(COLUMNS)


def client_of(values: Iterable[Any], columns: Iterable[str] = COLUMNS) -> Client:
    """A client of a row's values, in the order of the columns; any other is None."""
    if columns is COLUMNS:
        return Client(*values)
    return Client(**{**_NOTHING, **dict(zip(columns, values, strict=True))})
