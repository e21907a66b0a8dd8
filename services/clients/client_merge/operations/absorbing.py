"""Taking a client over into another: the record's part of a merge."""

from __future__ import annotations

from services.clients.client_merge.rules import Absorption
from services.clients.records.models.record import Client, Record
from services.clients.records.operations.change_sets import ChangeSet, carry_out, next_moment
from services.clients.records.operations.codes import move_codes, release_codes
from services.clients.records.operations.removal import remove_client, set_version
from services.clients.records.rules.elements import CONTACTS, RATES, by_id
from shared.unit_of_work import UnitOfWork


def absorb(uow: UnitOfWork, target: Record, source: Client, taken: Absorption) -> None:
    """Let the target take over what it takes, and the source go; both are locked.

    A target without a code takes the source's. Whatever else refers to the source has been
    moved before. Each event of the change is one version of the target.
    """
    columns = dict(taken.columns)
    if target.client.client_code is None and source.client_code is not None:
        columns["client_code"] = source.client_code
    else:
        release_codes(uow, source.id)
    move_codes(uow, source.id, target.id)
    remove_client(uow, source.id)
    change = ChangeSet(target.client, columns, target.children)
    for kind, more in ((CONTACTS, taken.contacts), (RATES, taken.rates)):
        change.replace(kind, by_id([*change.elements(kind), *more]))
    carry_out(uow, change)


def count_version(uow: UnitOfWork, client: Client) -> None:
    """One more version of a locked client, for an event that is not about its fields."""
    client.version += 1
    client.updated_at = next_moment(client)
    set_version(uow, client.id, client.version, client.updated_at)
