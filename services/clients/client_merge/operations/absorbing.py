"""Taking a client over into another: the record's part of a merge."""

from __future__ import annotations

from sqlalchemy import text

from services.clients.client_merge.rules import Absorption
from services.clients.records.models.record import Client, Record
from services.clients.records.operations.change_sets import ChangeSet, carry_out, next_moment
from services.clients.records.rules.elements import CONTACTS, RATES, by_id
from shared.unit_of_work import UnitOfWork

# A code that stands on an invoice stays taken, by the client that the invoice is of now.
_FREE_CODES = text("DELETE FROM client_codes WHERE client_id = :source AND frozen_at IS NULL")
_TAKE_CODES = text("UPDATE client_codes SET client_id = :target WHERE client_id = :source")
_DELETE = text("DELETE FROM clients WHERE id = :id")
_COUNT_VERSION = text("UPDATE clients SET version = :version, updated_at = :at WHERE id = :id")


def absorb(uow: UnitOfWork, target: Record, source: Client, taken: Absorption) -> None:
    """Let the target take over what it takes, and the source go; both are locked.

    A target without a code takes the source's. Whatever else refers to the source has been
    moved before. Each event of the change is one version of the target.
    """
    columns = dict(taken.columns)
    if target.client.client_code is None and source.client_code is not None:
        columns["client_code"] = source.client_code
    else:
        uow.session.execute(_FREE_CODES, {"source": source.id})
    uow.session.execute(_TAKE_CODES, {"source": source.id, "target": target.id})
    uow.session.execute(_DELETE, {"id": source.id})
    change = ChangeSet(target.client, columns, target.children)
    for kind, more in ((CONTACTS, taken.contacts), (RATES, taken.rates)):
        change.replace(kind, by_id([*change.elements(kind), *more]))
    carry_out(uow, change)


def count_version(uow: UnitOfWork, client: Client) -> None:
    """One more version of a locked client, for an event that is not about its fields."""
    client.version += 1
    client.updated_at = next_moment(client)
    values = {"id": client.id, "version": client.version, "at": client.updated_at}
    uow.session.execute(_COUNT_VERSION, values)
