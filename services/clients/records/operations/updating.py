"""Changing a client that exists."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.clients.records.errors import InvalidClient
from services.clients.records.models.record import Client, Record
from services.clients.records.operations.change_sets import Change, carry_out
from services.clients.records.operations.codes import change_code
from services.clients.records.operations.late_changes import LockedClient, lock_version
from services.clients.records.operations.stored_values import (
    Context,
    Defaults,
    ElementPatch,
    columns_of,
    contacts_of,
    note_findings,
    rates_of,
)
from services.clients.records.queries import clients
from services.clients.records.rules import elements as lists
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings

# Encryption never gives the same bytes twice, so equality of tax numbers is that of hashes.
_TAX_COLUMNS = ("tax_id", "tax_id_hash", "tax_id_last4")


def update_client(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None,
    findings: Findings | None = None,
) -> Record:
    """Merge the values into a client; each event of the change is one more version.

    What was not sent stays; without effect there is no new version and no event. What is meant
    for an older version is merged with what was changed since. Raises
    `ClientNotFound`, `StaleClient`, `InvalidClient`, `CodeFrozen`, `InternalClientExists`.
    """
    held = lock_version(uow, client_id, expected_version, values)
    client = held.client
    context = Context(findings or Findings(), uow.vault, Defaults(uow), client)
    change = _prepared(uow, context, held, held.sent(values))
    held.refuse_overlaps()
    if "client_code" in change.columns:
        change_code(uow, context.findings, client, change.columns["client_code"])
    if context.findings.errors:
        raise InvalidClient(errors=context.findings.errors)
    return carry_out(uow, change)


def change_status(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None,
    findings: Findings | None = None,
) -> Record:
    """Set `values["status"]`, for the reason in `values["reason"]`; raises as `update_client`."""
    held = lock_version(uow, client_id, expected_version, values)
    if findings is not None and findings.errors:
        raise InvalidClient(errors=findings.errors)
    columns = _different(held.client, held.explicit_columns({"status": values["status"]}))
    return carry_out(uow, Change(held.client, columns, reason=values.get("reason")))


def _prepared(
    uow: UnitOfWork, context: Context, held: LockedClient, values: Mapping[str, Any]
) -> Change:
    client = held.client
    columns = held.columns(columns_of(context, values))
    change = Change(client, _different(client, columns))
    if "contacts" in values or "rates" in values:
        contacts, rates = clients.get_children(uow.session, client.id)
        change.children = (contacts, rates)
        if "contacts" in values:
            _replace_contacts(context, held, change, values["contacts"])
        if "rates" in values:
            _replace_rates(context, held, change, values["rates"])
    return change


def _different(client: Client, columns: dict[str, Any]) -> dict[str, Any]:
    """The columns whose value is not what the client has already."""
    return dict(_differences(client, columns))


def _differences(client: Client, columns: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    same_tax_id = columns.get("tax_id_hash") == client.tax_id_hash
    for name, value in columns.items():
        is_same = same_tax_id if name in _TAX_COLUMNS else getattr(client, name) == value
        if not is_same:
            yield name, value


def _replace_contacts(
    context: Context, held: LockedClient, change: Change, sent: Sequence[Mapping[str, Any]]
) -> None:
    before, rates = change.children or ([], [])
    elements = _elements(held, "contacts", before, sent)
    after = contacts_of(context, elements, change.columns)
    note_findings(context, lists.contact_findings(after), elements.path)
    change.contacts = lists.edits(before, after)
    change.children = (lists.by_id(after), rates)


def _replace_rates(
    context: Context, held: LockedClient, change: Change, sent: Sequence[Mapping[str, Any]]
) -> None:
    contacts, before = change.children or ([], [])
    elements = _elements(held, "rates", before, sent)
    after = rates_of(context, elements)
    note_findings(context, lists.rate_findings(after), elements.path)
    change.rates = lists.edits(before, after)
    change.children = (contacts, lists.by_id(after))


def _elements(
    held: LockedClient,
    name: str,
    before: Sequence[Mapping[str, Any]],
    sent: Sequence[Mapping[str, Any]],
) -> ElementPatch:
    merged = held.elements(name, before, sent)
    return ElementPatch(merged.elements, before, lambda at: f"{name}[{merged.places[at]}]")
