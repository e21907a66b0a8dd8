"""What the features hold of a client. Each registers its own: no table is known here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.registry import Registry
from shared.unit_of_work import UnitOfWork


def _no_client(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    pass


def _no_clients(uow: UnitOfWork, client_ids: Sequence[uuid.UUID]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class ClientData:
    """The part of a feature in a deletion, called after the feature.

    `tables` hold rows that go with the client and come back when its deletion is undone: a
    condition by table, for the client `:id`; what is referred to comes first. `remove` deletes
    these rows, in the transaction of the deletion. `forget` takes out what names erased clients
    elsewhere, once no job works on them any more; doing so again changes nothing.
    """

    name: str
    tables: Mapping[str, str] = field(default_factory=dict)
    remove: Callable[[UnitOfWork, uuid.UUID], None] = _no_client
    forget: Callable[[UnitOfWork, Sequence[uuid.UUID]], None] = _no_clients


#: The lower feature first, as rows of an upper one refer to it.
CLIENT_DATA: Registry[ClientData] = Registry("data of clients")


def remove_client(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete the client with all that goes with it, of the uppermost feature first."""
    for each in reversed([*CLIENT_DATA]):
        each.remove(uow, client_id)


def forget_clients(uow: UnitOfWork, client_ids: Sequence[uuid.UUID]) -> None:
    """Let every feature take out what it still says of these clients."""
    for each in CLIENT_DATA:
        each.forget(uow, client_ids)
