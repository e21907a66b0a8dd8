"""Contacts one by one: each change is a version of the client."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.clients.records.errors import ContactNotFound, InvalidClient
from services.clients.records.models.record import Client, ContactData, Record
from services.clients.records.operations.change_sets import Change, carry_out
from services.clients.records.operations.late_changes import LockedClient, lock_version
from services.clients.records.operations.stored_values import (
    Context,
    Defaults,
    ElementPatch,
    contacts_of,
    note_findings,
)
from services.clients.records.queries import clients
from services.clients.records.rules import elements
from services.clients.values.addresses import email_key
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings, Wrong


def add_contact(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    findings: Findings | None = None,
) -> tuple[Record, ContactData]:
    """Add a contact; answers the record and the contact.

    Raises `ClientNotFound`, `StaleClient`, `InvalidClient`.
    """
    held = lock_version(uow, client_id, expected_version, values)
    return _put(uow, held, dict(values), findings)


def update_contact(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    contact_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    findings: Findings | None = None,
) -> tuple[Record, ContactData]:
    """Merge the values into a contact; raises as `add_contact`, and `ContactNotFound`."""
    held = lock_version(uow, client_id, expected_version, values)
    return _put(uow, held, {**values, "id": str(contact_id)}, findings)


def remove_contact(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    contact_id: uuid.UUID,
    expected_version: int | None = None,
) -> Record:
    """Take a contact off; raises `ClientNotFound`, `StaleClient`, `ContactNotFound`."""
    held = lock_version(uow, client_id, expected_version, {})
    before, rates = clients.get_children(uow.session, client_id)
    find_contact(before, contact_id)
    held.require_as_read("contacts", before, contact_id)
    after = [contact for contact in before if contact["id"] != str(contact_id)]
    return carry_out(uow, Change(held.client, {}, (after, rates), elements.edits(before, after)))


def make_primary(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    contact_id: uuid.UUID,
    expected_version: int | None = None,
) -> Record:
    """Make a contact the primary one. It stays a contact, and who was primary becomes one,
    unless a contact has that address already.

    Raises as `remove_contact`, and `InvalidClient` for a contact without an e-mail address.
    """
    held = lock_version(uow, client_id, expected_version, {})
    before, rates = clients.get_children(uow.session, client_id)
    contact = find_contact(before, contact_id)
    held.require_as_read("contacts", before, contact_id)
    if contact["email"] is None:
        wrong = Wrong("required", "The primary contact needs an e-mail address.")
        raise InvalidClient(errors=[wrong.at("email")])
    client = held.client
    after = before + _former_primary(client, before)
    _require_valid(elements.contact_findings(after))
    wanted = held.explicit_columns(
        {f"contact_{name}": contact[name] for name in ("name", "email", "phone")}
    )
    columns = {name: value for name, value in wanted.items() if getattr(client, name) != value}
    return carry_out(uow, Change(client, columns, (after, rates), elements.edits(before, after)))


def find_contact(contacts: list[ContactData], contact_id: uuid.UUID) -> ContactData:
    """The contact of this id among a client's; raises `ContactNotFound`."""
    wanted = str(contact_id)
    for contact in contacts:
        if contact["id"] == wanted:
            return contact
    raise ContactNotFound


def _put(
    uow: UnitOfWork, held: LockedClient, values: dict[str, Any], findings: Findings | None
) -> tuple[Record, ContactData]:
    client = held.client
    context = Context(findings or Findings(), uow.vault, Defaults(uow), client)
    before, rates = clients.get_children(uow.session, client.id)
    sent = held.element("contacts", before, values) if "id" in values else values
    if "id" in values:
        find_contact(before, uuid.UUID(values["id"]))
    (contact,) = contacts_of(context, ElementPatch([sent], before), {})
    after = elements.with_element(before, contact)
    note_findings(context, elements.contact_findings(after), lambda _: "")
    if context.findings.errors:
        raise InvalidClient(errors=context.findings.errors)
    change = Change(client, {}, (after, rates), elements.edits(before, after))
    return carry_out(uow, change), contact


def _former_primary(client: Client, contacts: list[ContactData]) -> list[ContactData]:
    key = email_key(client.contact_email)
    if any(email_key(contact["email"] or "") == key for contact in contacts):
        return []
    former = {
        **elements.NEW_CONTACT,
        "name": client.contact_name,
        "email": client.contact_email,
        "phone": client.contact_phone,
    }
    return [{"id": str(uuid7()), **former}]  # type: ignore[typeddict-item]


def _require_valid(found: Any) -> None:
    errors = [wrong.at(name) for _place, name, wrong in found]
    if errors:
        raise InvalidClient(errors=errors)
