"""Changing a client that exists."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.clients.records.errors import InvalidClient
from services.clients.records.models.record import TAX_COLUMNS, Client, Record
from services.clients.records.operations.change_sets import ChangeSet, carry_out
from services.clients.records.operations.codes import change_code
from services.clients.records.operations.elements import ListPatch, elements_of
from services.clients.records.operations.late_changes import LockedClient, lock_version
from services.clients.records.operations.stored_values import Context, Defaults, columns_of
from services.clients.records.queries import clients
from services.clients.records.rules.elements import KINDS, Kind
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings


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
    locked = lock_version(uow, client_id, expected_version, values)
    client = locked.client
    context = Context(findings or Findings(), uow.vault, Defaults(uow), client)
    change = _prepared(uow, context, locked, locked.sent(values))
    locked.refuse_overlaps()
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
    locked = lock_version(uow, client_id, expected_version, values)
    if findings is not None and findings.errors:
        raise InvalidClient(errors=findings.errors)
    columns = _different(locked.client, locked.explicit_columns({"status": values["status"]}))
    return carry_out(uow, ChangeSet(locked.client, columns, reason=values.get("reason")))


def _prepared(
    uow: UnitOfWork, context: Context, locked: LockedClient, values: Mapping[str, Any]
) -> ChangeSet:
    client = locked.client
    columns = locked.columns(columns_of(context, values))
    change = ChangeSet(client, _different(client, columns))
    sent = [kind for kind in KINDS if kind.name in values]
    if sent:
        change.children = clients.get_children(uow.session, client.id)
    for kind in sent:
        _replace(context, locked, change, kind, values[kind.name])
    return change


def _different(client: Client, columns: dict[str, Any]) -> dict[str, Any]:
    """The columns whose value is not what the client has already."""
    return dict(_differences(client, columns))


def _differences(client: Client, columns: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    # Encryption never gives the same bytes twice, so equality of tax numbers is that of hashes.
    same_tax_id = columns.get("tax_id_hash") == client.tax_id_hash
    for name, value in columns.items():
        is_same = same_tax_id if name in TAX_COLUMNS else getattr(client, name) == value
        if not is_same:
            yield name, value


def _replace(
    context: Context,
    locked: LockedClient,
    change: ChangeSet,
    kind: Kind,
    sent: Sequence[Mapping[str, Any]],
) -> None:
    before = change.elements(kind)
    left = locked.elements(kind.name, before, sent)
    patch = ListPatch(kind, left.elements, before, lambda at: f"{kind.name}[{left.places[at]}]")
    change.replace(kind, elements_of(context, patch, change.columns))
