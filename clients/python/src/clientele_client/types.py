"""The shapes that the server sends, as far as this package names them.

A newer server may send more keys than stand here: leave those you do not know.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Actor(TypedDict):
    """Who did it."""

    kind: Literal["user", "contact", "api_key", "system"]
    id: str | None
    name: str | None


class Event(TypedDict):
    """An event: a CloudEvents 1.0 envelope. `id` is unique for ever, `client_id` null where it
    concerns the workspace, and `data` is as its `type` says."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    workspace: str
    client_id: str | None
    aggregateversion: int
    pos: int
    epoch: str
    correlationid: str
    causationid: str | None
    traceparent: str | None
    actor: Actor
    data: dict[str, Any]
    timestamp: NotRequired[str]


class Contact(TypedDict):
    """A person at the client."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    title: str | None
    roles: list[str] | None


class Rate(TypedDict):
    """What an hour of a position costs; amounts are decimal strings."""

    id: str
    position: str
    regular_rate: str
    overtime_rate: str | None
    currency: str | None
    valid_from: str | None
    valid_until: str | None


class ClientSummary(TypedDict):
    """A client as lists show it."""

    id: str
    version: int
    company_name: str
    client_code: str | None
    status: str


class Client(ClientSummary):
    """A client's record."""

    primary_contact: dict[str, Any]
    address: dict[str, Any] | None
    website: str | None
    industry: str | None
    company_size: str | None
    annual_revenue: str | None
    tax_id: NotRequired[str | None]
    primary_service_type: str | None
    current_systems: str | None
    technical_requirements: str | None
    compliance_requirements: list[str] | None
    contacts: list[Contact] | None
    rates: list[Rate] | None
    settings: dict[str, Any] | None
    tags: list[str] | None
    custom_fields: dict[str, Any] | None
    owner_id: str | None
    created_at: str
    updated_at: str


class Document(TypedDict):
    """A file of a client. It can be fetched once it is `available`."""

    id: str
    version: int
    client_id: str
    file_name: str
    title: str | None
    category: str
    status: Literal["pending", "checking", "available", "quarantined", "deleting", "deleted"]
    content_type: str | None
    size: int
    sha256: str | None
    pages: int | None
    refusal: dict[str, Any] | None
    expires_on: str | None
    portal_visible: bool
    created_at: str
    updated_at: str


class TimelineEntry(TypedDict):
    """What happened to a client, in a sentence and field by field."""

    id: str
    type: str
    source: str
    pos: int
    occurred_at: str
    actor: dict[str, Any]
    summary: str
    changes: list[dict[str, Any]]
    data: dict[str, Any]
