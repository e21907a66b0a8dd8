"""The events of the record: their payloads are the public record, without its tax number."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.clients.records.models.record import (
    GROUPS,
    OWN_FIELD,
    PATHS,
    UNSAID,
    Client,
    ContactData,
    RateData,
    Record,
)
from shared.clock import rfc3339
from shared.messaging.changes import Change, change, changes_between
from shared.messaging.envelope import Event


def _said(client: Client, keys: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key, column in keys.items():
        value = getattr(client, column)
        if value is not None or column not in UNSAID:
            yield key, value


def snapshot(client: Client) -> dict[str, Any]:
    """The client without long texts, contacts and rates."""
    owner = client.owner
    return {
        "id": str(client.id),
        "version": client.version,
        "company_name": client.company_name,
        "client_code": client.client_code,
        "status": client.status,
        "website": client.website,
        **{group: dict(_said(client, keys)) for group, keys in GROUPS.items()},
        "industry": client.industry,
        "company_size": client.company_size,
        "annual_revenue": client.annual_revenue,
        "primary_service_type": client.primary_service_type,
        "compliance_requirements": client.compliance_requirements,
        "tags": client.tags,
        "custom_fields": client.custom_fields,
        "owner": owner,
        "owner_id": owner and owner["id"],
        "has_tax_id": client.tax_id is not None,
    }


def whole(record: Record) -> dict[str, Any]:
    """The whole public record, but for the tax number."""
    client = record.client
    return {
        **snapshot(client),
        "current_systems": client.current_systems,
        "technical_requirements": client.technical_requirements,
        "contacts": record.contacts,
        "rates": record.rates,
        "created_at": rfc3339(client.created_at),
        "updated_at": rfc3339(client.updated_at),
    }


def client_changes(client: Client, columns: Mapping[str, Any]) -> list[Change]:
    """What setting the columns changes; the client must still be as it was before."""
    changes = [
        change(PATHS[column], getattr(client, column), after)
        for column, after in columns.items()
        if column in PATHS and column != "custom_fields"
    ]
    if "custom_fields" in columns:
        own, after = client.custom_fields, columns["custom_fields"]
        changes += changes_between(own, after, sorted({**own, **after}), OWN_FIELD)
    if "tax_id" in columns:
        changes.append({"field": "tax_id", "before": "hidden", "after": "hidden"})
    return changes


def client_created(record: Record) -> Event:
    """A client was made, with its contacts and rates."""
    return _event(record.client, "client.created", {"client": whole(record)})


def client_updated(client: Client, changes: Iterable[Change]) -> Event:
    """Fields of the record were changed."""
    return _event(client, "client.updated", {"changes": list(changes), "client": snapshot(client)})


def status_changed(client: Client, before: str, reason: str | None) -> Event:
    """The client became active, inactive or pending."""
    changes = [change("status", before, client.status)]
    data = {"changes": changes, "reason": reason, "client": snapshot(client)}
    return _event(client, "client.status_changed", data)


def contact_added(client: Client, contact: ContactData) -> Event:
    """A contact was added."""
    return _event(client, "contact.added", {"contact": contact})


def contact_updated(client: Client, before: ContactData, contact: ContactData) -> Event:
    """A contact was changed."""
    changes = changes_between(before, contact)
    return _event(client, "contact.updated", {"changes": changes, "contact": contact})


def contact_removed(client: Client, contact: ContactData) -> Event:
    """A contact was taken off."""
    return _event(client, "contact.removed", {"contact": contact})


def tax_id_read(read_id: uuid.UUID, through: str, client_id: uuid.UUID | None) -> Event:
    """Full tax ids were shown: through the record of a client, or through what has several.

    It is no event of the client: what it did is of nobody's record, and stands in the audit.
    """
    read = {
        "id": str(read_id),
        "through": through,
        "client_id": None if client_id is None else str(client_id),
    }
    return Event("clients.tax_id.read.v1", f"tax_id_read/{read_id}", 1, None, {"read": read})


def rate_added(client: Client, rate: RateData) -> Event:
    """A rate was added."""
    return _event(client, "rate.added", {"rate": rate})


def rate_updated(client: Client, before: RateData, rate: RateData) -> Event:
    """A rate was changed; what was billed before keeps what it was billed at."""
    return _event(client, "rate.updated", {"changes": changes_between(before, rate), "rate": rate})


def rate_removed(client: Client, rate: RateData) -> Event:
    """A rate was taken off."""
    return _event(client, "rate.removed", {"rate": rate})


def _event(client: Client, what: str, data: dict[str, Any]) -> Event:
    return Event(
        f"clients.{what}.v1",
        f"client/{client.id}",
        client.version,
        client.id,
        data,
        client.updated_at,
    )
