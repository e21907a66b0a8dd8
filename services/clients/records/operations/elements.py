"""Contacts and rates: what becomes of those that are sent, and changing them one by one.

Each change of one is a version of the client. A rate that changes never moves a past invoice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.clients.records.errors import InvalidClient
from services.clients.records.models.record import GROUPS, Client, Record
from services.clients.records.operations.change_sets import ChangeSet, carry_out
from services.clients.records.operations.late_changes import LockedClient, lock_version
from services.clients.records.operations.stored_values import Context, Defaults, stored_phone
from services.clients.records.queries import clients
from services.clients.records.rules.elements import (
    CONTACTS,
    Element,
    Kind,
    merged,
    with_element,
)
from services.clients.values.addresses import email_key
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings, Wrong


@dataclass(frozen=True, slots=True)
class ListPatch:
    """Elements that were sent for a list, those they may mean, and where a caller finds each."""

    kind: Kind
    elements: Sequence[Element]
    known: Sequence[Element] = ()
    path: Callable[[int], str] = lambda _: ""

    @classmethod
    def new(cls, kind: Kind, elements: Sequence[Element]) -> ListPatch:
        """The list of a client that is being made."""
        return cls(kind, elements, path=f"{kind.name}[{{}}]".format)


def elements_of(context: Context, patch: ListPatch, columns: Mapping[str, Any]) -> list[Any]:
    """Whole elements of a list that was sent; one that is known keeps what was not sent of it.
    What is wrong with one of them or with all together is noted.

    `columns` are the client's that change at the same time: its country may be among them.
    """
    elements = [_whole(context, patch, place, columns) for place in range(len(patch.elements))]
    _note_together(context, patch.kind, elements, patch.path)
    return elements


def _note_together(
    context: Context, kind: Kind, elements: Sequence[Element], path: Callable[[int], str]
) -> None:
    for place, name, wrong in kind.findings(elements):
        context.findings.add(_join(path(place), name), wrong)


def _whole(
    context: Context, patch: ListPatch, place: int, columns: Mapping[str, Any]
) -> dict[str, Any]:
    sent, path = patch.elements[place], patch.path(place)
    if "id" in sent and all(known["id"] != sent["id"] for known in patch.known):
        wrong = Wrong("unknown_id", "The client has no such element; leave `id` out for a new one.")
        context.findings.add(_join(path, "id"), wrong)
    element = {"id": str(uuid7()), **merged(patch.known, sent, patch.kind.new)}
    if patch.kind is CONTACTS:
        _complete_contact(context, element, sent, path, columns)
    else:
        _complete_rate(context, element)
    return element


def _complete_contact(
    context: Context,
    contact: dict[str, Any],
    sent: Element,
    path: str,
    columns: Mapping[str, Any],
) -> None:
    if sent.get("phone"):
        contact["phone"] = stored_phone(context, _join(path, "phone"), sent["phone"], columns)
    contact["roles"] = contact["roles"] or []


def _complete_rate(context: Context, rate: dict[str, Any]) -> None:
    """The currency of a new client's rates is left for the insert to fill in."""
    if rate["currency"] is None and context.before is not None:
        rate["currency"] = context.defaults.currency


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def add_element(
    uow: UnitOfWork,
    kind: Kind,
    client_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    findings: Findings | None = None,
) -> tuple[Record, Element]:
    """Add a contact, or a rate, in the workspace's currency if none is named; answers the record
    and the element.

    Raises `ClientNotFound`, `StaleClient`, `InvalidClient`.
    """
    locked = lock_version(uow, client_id, expected_version, values)
    return _put(uow, locked, kind, dict(values), findings)


def update_element(
    uow: UnitOfWork,
    kind: Kind,
    client_id: uuid.UUID,
    element_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    findings: Findings | None = None,
) -> tuple[Record, Element]:
    """Merge the values into an element; raises as `add_element`, and that there is no such."""
    locked = lock_version(uow, client_id, expected_version, values)
    return _put(uow, locked, kind, {**values, "id": str(element_id)}, findings)


def remove_element(
    uow: UnitOfWork,
    kind: Kind,
    client_id: uuid.UUID,
    element_id: uuid.UUID,
    expected_version: int | None = None,
) -> Record:
    """Take an element off; raises `ClientNotFound`, `StaleClient`, and that there is no such."""
    locked = lock_version(uow, client_id, expected_version, {})
    change = ChangeSet(locked.client, children=clients.get_children(uow.session, client_id))
    before = change.elements(kind)
    gone = find_element(kind, before, element_id)
    locked.require_as_read(kind.name, before, element_id)
    change.replace(kind, [element for element in before if element is not gone])
    return carry_out(uow, change)


def make_primary(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    contact_id: uuid.UUID,
    expected_version: int | None = None,
) -> Record:
    """Make a contact the primary one. It stays a contact, and who was primary becomes one,
    unless a contact has that address already.

    Raises as `remove_element`, and `InvalidClient` for a contact without an e-mail address.
    """
    locked = lock_version(uow, client_id, expected_version, {})
    client = locked.client
    change = ChangeSet(client, children=clients.get_children(uow.session, client_id))
    before = change.elements(CONTACTS)
    contact = find_element(CONTACTS, before, contact_id)
    locked.require_as_read(CONTACTS.name, before, contact_id)
    if contact["email"] is None:
        wrong = Wrong("required", "The primary contact needs an e-mail address.")
        raise InvalidClient(errors=[wrong.at("email")])
    after = before + _former_primary(client, before)
    if errors := [wrong.at(name) for _place, name, wrong in CONTACTS.findings(after)]:
        raise InvalidClient(errors=errors)
    change.replace(CONTACTS, after)
    wanted = {column: contact[key] for key, column in GROUPS["primary_contact"].items()}
    for name, value in locked.explicit_columns(wanted).items():
        if getattr(client, name) != value:
            change.columns[name] = value
    return carry_out(uow, change)


def find_element(kind: Kind, elements: Sequence[Element], element_id: uuid.UUID) -> Element:
    """The element of this id; raises `ContactNotFound` or `RateNotFound`."""
    wanted = str(element_id)
    for element in elements:
        if element["id"] == wanted:
            return element
    raise kind.missing


def _put(
    uow: UnitOfWork,
    locked: LockedClient,
    kind: Kind,
    values: Element,
    findings: Findings | None,
) -> tuple[Record, Element]:
    client = locked.client
    context = Context(findings or Findings(), uow.vault, Defaults(uow), client)
    change = ChangeSet(client, children=clients.get_children(uow.session, client.id))
    before = change.elements(kind)
    if "id" in values:
        values = locked.element(kind.name, before, values)
        find_element(kind, before, uuid.UUID(values["id"]))
    patch = ListPatch(kind, [values], before)
    element = _whole(context, patch, 0, {})
    after = with_element(before, element)
    _note_together(context, kind, after, patch.path)
    if context.findings.errors:
        raise InvalidClient(errors=context.findings.errors)
    change.replace(kind, after)
    return carry_out(uow, change), element


def _former_primary(client: Client, contacts: Sequence[Element]) -> list[Element]:
    key = email_key(client.contact_email)
    if any(email_key(contact["email"] or "") == key for contact in contacts):
        return []
    former = {key: getattr(client, column) for key, column in GROUPS["primary_contact"].items()}
    return [{"id": str(uuid7()), **CONTACTS.new, **former}]
