"""What callers are answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields

from services.clients.records.events import snapshot, whole
from services.clients.records.models.record import TAX_ID_CONTEXT, Client, Record
from services.clients.records.rules.elements import MAX_CONTACTS, MAX_RATES
from services.clients.records.schemas.bodies import (
    AddressBody,
    ClientChanges,
    ContactElement,
    PrimaryContactChanges,
    RateElement,
    SettingsBody,
)
from services.clients.values.tax_ids import masked
from shared.clock import rfc3339
from shared.errors import FieldError
from shared.http.reading import Elements, Group
from shared.http.schemas import page_of
from shared.security.crypto import Vault
from shared.security.permissions import CLIENTS_VIEW_TAX_ID


def present(
    record: Record,
    vault: Vault,
    permissions: Collection[str],
    warnings: Iterable[FieldError] = (),
) -> dict[str, Any]:
    """A client as answered; its tax number is masked for those who may not see it."""
    answer = whole(record)
    del answer["has_tax_id"]
    answer["tax_id"] = _tax_id(record.client, vault, permissions)
    return with_warnings(answer, warnings)


def with_warnings(answer: Mapping[str, Any], warnings: Iterable[FieldError]) -> dict[str, Any]:
    """The answer, with `warnings` where there are any."""
    listed = [one.as_dict() for one in warnings]
    return {**answer, "warnings": listed} if listed else dict(answer)


def present_summary(client: Client, vault: Vault, permissions: Collection[str]) -> dict[str, Any]:
    """A client as it stands in a list: without long texts, contacts and rates."""
    answer = snapshot(client)
    del answer["has_tax_id"]
    answer["tax_id"] = _tax_id(client, vault, permissions)
    answer["created_at"] = rfc3339(client.created_at)
    answer["updated_at"] = rfc3339(client.updated_at)
    return answer


def _tax_id(client: Client, vault: Vault, permissions: Collection[str]) -> str | None:
    if client.tax_id is None:
        return None
    written = vault.decrypt(client.tax_id, TAX_ID_CONTEXT).decode()
    return written if CLIENTS_VIEW_TAX_ID in permissions else masked(written)


class WarningView(Schema):
    """Something was stored that may not be what was meant."""

    field = fields.String()
    code = fields.String()
    message = fields.String()


class ContactView(ContactElement):
    """A contact."""


class ContactAnswerView(ContactView):
    """A contact that was added or changed; `warnings` only where something was stored as typed."""

    warnings = fields.List(fields.Nested(WarningView))


class RateView(RateElement):
    """A rate: amounts per hour as decimal texts."""


class PrimaryContactView(PrimaryContactChanges):
    """The primary contact."""


class AddressView(AddressBody):
    """Where the client is."""


class SettingsView(SettingsBody):
    """Four switches."""


class OwnerView(Schema):
    """The user who looks after a client, by the name they had when they were given it."""

    id = fields.UUID()
    name = fields.String()


class ClientSummaryView(ClientChanges):
    """A client in a list."""

    class Meta:
        """marshmallow's switches."""

        exclude = ("contacts", "rates", "current_systems", "technical_requirements")

    id = fields.UUID()
    version = fields.Integer()
    primary_contact = Group(PrimaryContactView, nullable=False)
    address = Group(AddressView)
    settings = Group(SettingsView)
    owner = fields.Nested(OwnerView, allow_none=True)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class ClientView(ClientSummaryView):
    """A client; `warnings` only where something was stored as typed."""

    class Meta:
        """marshmallow's switches."""

        exclude = ()

    contacts = Elements(ContactView, MAX_CONTACTS)
    rates = Elements(RateView, MAX_RATES)
    warnings = fields.List(fields.Nested(WarningView))
    as_of = fields.DateTime(
        metadata={"description": "Only where a moment was asked for: the record is as it was then."}
    )


class CandidateView(Schema):
    """A client that may be the same as another. `matches`: the fields that say so."""

    id = fields.UUID()
    company_name = fields.String()
    client_code = fields.String(allow_none=True)
    status = fields.String()
    matches = fields.List(fields.String())


#: The clients that are much like one, the likest first.
DuplicatesView = page_of(CandidateView, "DuplicatesView")


#: All contacts of a client beside the primary one.
ContactListView = page_of(ContactView, "ContactListView")


#: All rates of a client.
RateListView = page_of(RateView, "RateListView")


class SuggestionsView(Schema):
    """Free codes, the ones that suit the name best first."""

    data = fields.List(fields.String())
    next = fields.String(allow_none=True)
