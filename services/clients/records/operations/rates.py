"""Rates one by one: each change is a version of the client, and never moves a past invoice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.clients.records.errors import InvalidClient, RateNotFound
from services.clients.records.models.record import RateData, Record
from services.clients.records.operations.change_sets import Change, carry_out
from services.clients.records.operations.late_changes import LockedClient, lock_version
from services.clients.records.operations.stored_values import (
    Context,
    Defaults,
    ElementPatch,
    note_findings,
    rates_of,
)
from services.clients.records.queries import clients
from services.clients.records.rules import elements
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings


def add_rate(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    findings: Findings | None = None,
) -> tuple[Record, RateData]:
    """Add a rate, in the workspace's currency if none is named; answers record and rate.

    Raises `ClientNotFound`, `StaleClient`, `InvalidClient`.
    """
    held = lock_version(uow, client_id, expected_version, values)
    return _put(uow, held, dict(values), findings)


def update_rate(
    uow: UnitOfWork,
    client_id: uuid.UUID,
    rate_id: uuid.UUID,
    values: Mapping[str, Any],
    expected_version: int | None = None,
    findings: Findings | None = None,
) -> tuple[Record, RateData]:
    """Merge the values into a rate; raises as `add_rate`, and `RateNotFound`."""
    held = lock_version(uow, client_id, expected_version, values)
    return _put(uow, held, {**values, "id": str(rate_id)}, findings)


def remove_rate(
    uow: UnitOfWork, client_id: uuid.UUID, rate_id: uuid.UUID, expected_version: int | None = None
) -> Record:
    """Take a rate off; raises `ClientNotFound`, `StaleClient`, `RateNotFound`."""
    held = lock_version(uow, client_id, expected_version, {})
    contacts, before = clients.get_children(uow.session, client_id)
    find_rate(before, rate_id)
    held.require_as_read("rates", before, rate_id)
    after = [rate for rate in before if rate["id"] != str(rate_id)]
    change = Change(held.client, {}, (contacts, after), rates=elements.edits(before, after))
    return carry_out(uow, change)


def find_rate(rates: list[RateData], rate_id: uuid.UUID) -> RateData:
    """The rate of this id among a client's; raises `RateNotFound`."""
    wanted = str(rate_id)
    for rate in rates:
        if rate["id"] == wanted:
            return rate
    raise RateNotFound


def _put(
    uow: UnitOfWork, held: LockedClient, values: dict[str, Any], findings: Findings | None
) -> tuple[Record, RateData]:
    client = held.client
    context = Context(findings or Findings(), uow.vault, Defaults(uow), client)
    contacts, before = clients.get_children(uow.session, client.id)
    sent = held.element("rates", before, values) if "id" in values else values
    if "id" in values:
        find_rate(before, uuid.UUID(values["id"]))
    (rate,) = rates_of(context, ElementPatch([sent], before))
    after = elements.with_element(before, rate)
    note_findings(context, elements.rate_findings(after), lambda _: "")
    if context.findings.errors:
        raise InvalidClient(errors=context.findings.errors)
    change = Change(client, {}, (contacts, after), rates=elements.edits(before, after))
    return carry_out(uow, change), rate
