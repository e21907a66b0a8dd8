"""Carrying out a change of a client that exists: its events, then its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import TextClause, text

from services.clients.records import events
from services.clients.records.errors import one_internal_client
from services.clients.records.models.json_rows import (
    KEYS,
    SEARCHED,
    contact_rows,
    keys_of,
    rate_rows,
    words_of,
)
from services.clients.records.models.record import Client, Record
from services.clients.records.queries import clients
from services.clients.records.queries.clients import Children
from services.clients.records.rules.elements import (
    KINDS,
    Edits,
    Element,
    Kind,
    by_id,
    edits_between,
)
from services.clients.records.rules.search_text import sort_name
from shared.clock import now
from shared.db.pipelining import fetch
from shared.messaging.envelope import Event
from shared.unit_of_work import UnitOfWork

# Its folding stays the one it was made of: where that is an older one, its keys are as well, and
# all of it is made anew later.
_WORDS = text(
    "UPDATE client_search SET words = CAST(:words AS tsvector), sort_name = :sort_name "
    "WHERE client_id = :id"
)


@dataclass(slots=True)
class ChangeSet:
    """What is to become of a client: only what really differs.

    `children` are its contacts and rates as they will be, each list under its name; None where
    nobody has read them. `edits` make them so.
    """

    client: Client
    columns: dict[str, Any] = field(default_factory=dict)
    children: Children | None = None
    edits: dict[str, Edits] = field(default_factory=dict)
    reason: str | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.edits)

    def elements(self, kind: Kind) -> list[Any]:
        """A list as it will be; only where the children were read."""
        return (self.children or {})[kind.name]

    def replace(self, kind: Kind, after: Sequence[Element]) -> None:
        """Let a list become another."""
        if edits := edits_between(self.elements(kind), after):
            self.edits[kind.name] = edits
        self.children = {**(self.children or {}), kind.name: by_id(after)}


def carry_out(uow: UnitOfWork, change: ChangeSet) -> Record:
    """Publish the events and write the rows; a change without effect does neither."""
    client = change.client
    if not change:
        return Record(client, **(change.children or clients.get_children(uow.session, client.id)))
    client.updated_at = next_moment(client)
    _announce(uow, change)
    record = Record(client, **_write_client(uow, change))
    for name, edits in change.edits.items():
        _write_elements(uow, client, name, edits)
    if "contacts" in change.edits or any(column in _SEARCHED for column in change.columns):
        words = {"words": words_of(record), "sort_name": client.sort_name}
        uow.write_last(_WORDS, {**words, "id": client.id})
    return record


def next_moment(client: Client) -> datetime:
    """The present moment, and later than the client's last change whatever the clocks say:
    its events stand in the order of their versions, and no two changes at the same time."""
    return max(now(), client.updated_at + timedelta(microseconds=1))


_SEARCHED = {*SEARCHED, "tax_id_last4", "compliance_requirements", "tags", "custom_fields"}


def _announce(uow: UnitOfWork, change: ChangeSet) -> None:
    """Each event is one version: the record first, then its status, contacts and rates."""
    client = change.client
    columns = {name: value for name, value in change.columns.items() if name != "status"}
    if columns:
        changes = events.client_changes(client, columns)
        _set(client, columns)
        _publish(uow, client, events.client_updated, changes)
    if "status" in change.columns:
        before, client.status = client.status, change.columns["status"]
        _publish(uow, client, events.status_changed, before, change.reason)
    for kind in KINDS:
        if kind.name in change.edits:
            _announce_edits(uow, client, kind.name, change.edits[kind.name])


def _set(client: Client, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(client, name, value)


def _publish(uow: UnitOfWork, client: Client, build: Callable[..., Event], *facts: Any) -> None:
    client.version += 1
    uow.publish(build(client, *facts))


_REMOVED_UPDATED_ADDED: dict[str, tuple[Callable[..., Event], ...]] = {
    "contacts": (events.contact_removed, events.contact_updated, events.contact_added),
    "rates": (events.rate_removed, events.rate_updated, events.rate_added),
}


def _announce_edits(uow: UnitOfWork, client: Client, name: str, edits: Edits) -> None:
    removed, updated, added = _REMOVED_UPDATED_ADDED[name]
    for element in edits.removed:
        _publish(uow, client, removed, element)
    for before, after in edits.updated:
        _publish(uow, client, updated, before, after)
    for element in edits.added:
        _publish(uow, client, added, element)


def _write_client(uow: UnitOfWork, change: ChangeSet) -> Children:
    """The client's row; its contacts and rates come back with it where they are not known."""
    client = change.client
    if "company_name" in change.columns:
        client.sort_name = change.columns["sort_name"] = sort_name(client.company_name)
    values = {**change.columns, "version": client.version, "updated_at": client.updated_at}
    statement = _update(tuple(values), reads=change.children is None)
    sent = {name: _sent(name, value) for name, value in values.items()}
    sent |= keys_of(client, change.columns)
    with one_internal_client():
        found = fetch(uow.connection, statement, {**sent, "id": client.id})
    return clients.children_of(found[0]) if change.children is None else change.children


_JSON = {"custom_fields", "owner"}


def _sent(name: str, value: Any) -> Any:
    return value if name not in _JSON or value is None else orjson.dumps(value).decode()


@lru_cache(maxsize=512)
def _update(columns: tuple[str, ...], *, reads: bool) -> TextClause:
    """Only what changes is set: an index is left alone whose columns are."""
    returning = clients.CHILDREN if reads else "1"
    update = f"UPDATE clients c SET {_set_to(columns)} WHERE id = :id RETURNING {returning}"
    keys = [KEYS[column][0] for column in columns if column in KEYS]
    if not keys:
        return text(update)
    put = f"UPDATE client_keys SET {_set_to(keys)} WHERE client_id = :id"
    return text(f"WITH keys_put AS ({put}) {update}")


def _set_to(columns: Iterable[str]) -> str:
    return ", ".join(f"{name} = :{name}" for name in columns)


# Removes elements, and puts others in the place of those of their ids.
_PUT = {
    "contacts": text(
        """
        WITH removed AS (
            DELETE FROM contacts WHERE client_id = :id AND id = ANY(CAST(:removed AS uuid[]))
        )
        INSERT INTO contacts (client_id, id, workspace_id, name, email, email_key, phone, title,
                              roles)
        SELECT r.client_id, r.id, r.workspace_id, r.name, r.email, r.email_key, r.phone, r.title,
               r.roles
        FROM jsonb_populate_recordset(NULL::contacts, CAST(:put AS jsonb)) r
        ON CONFLICT (client_id, id) DO UPDATE SET
            name = excluded.name, email = excluded.email, email_key = excluded.email_key,
            phone = excluded.phone, title = excluded.title, roles = excluded.roles
        """
    ),
    "rates": text(
        """
        WITH removed AS (
            DELETE FROM rates WHERE client_id = :id AND id = ANY(CAST(:removed AS uuid[]))
        )
        INSERT INTO rates (client_id, id, workspace_id, position, regular_rate, overtime_rate,
                           currency, valid_from, valid_until)
        SELECT r.client_id, r.id, r.workspace_id, r.position, r.regular_rate, r.overtime_rate,
               r.currency, r.valid_from, r.valid_until
        FROM jsonb_populate_recordset(NULL::rates, CAST(:put AS jsonb)) r
        ON CONFLICT (client_id, id) DO UPDATE SET
            position = excluded.position, regular_rate = excluded.regular_rate,
            overtime_rate = excluded.overtime_rate, currency = excluded.currency,
            valid_from = excluded.valid_from, valid_until = excluded.valid_until
        """
    ),
}
_ROWS = {"contacts": contact_rows, "rates": rate_rows}


def _write_elements(uow: UnitOfWork, client: Client, name: str, edits: Edits) -> None:
    put = [after for _before, after in edits.updated] + edits.added
    removed = [element["id"] for element in edits.removed]
    values = {"id": client.id, "removed": removed, "put": _ROWS[name](client, put)}
    uow.session.execute(_PUT[name], values)
