"""Carrying out a change of a client that exists: its events, then its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import TextClause, text

from services.clients.records import events
from services.clients.records.models.json_rows import (
    CONTACT_COLUMNS,
    KEYED,
    RATE_COLUMNS,
    SEARCHED,
    contact_rows,
    key_rows,
    rate_rows,
    words_of,
)
from services.clients.records.models.record import Client, ContactData, RateData, Record
from services.clients.records.operations import rows
from services.clients.records.queries import clients
from services.clients.records.rules.elements import NO_EDITS, Edits
from services.clients.records.rules.search_text import sort_name
from shared.clock import now
from shared.db.pipelining import fetch
from shared.messaging.envelope import Event
from shared.unit_of_work import UnitOfWork
from shared.values.folding import FOLDING

Children = tuple[list[ContactData], list[RateData]]

_WORDS = text(
    "UPDATE client_search SET words = CAST(:words AS tsvector), sort_name = :sort_name, "
    f"folding = {FOLDING} WHERE client_id = :id"
)


@dataclass(slots=True)
class Change:
    """What is to become of a client: only what really differs.

    `children` are its contacts and rates as they will be; None where nobody has read them.
    """

    client: Client
    columns: dict[str, Any] = field(default_factory=dict)
    children: Children | None = None
    contacts: Edits = NO_EDITS
    rates: Edits = NO_EDITS
    reason: str | None = None

    def __bool__(self) -> bool:
        return bool(self.columns or self.contacts or self.rates)


def carry_out(uow: UnitOfWork, change: Change) -> Record:
    """Publish the events and write the rows; a change without effect does neither."""
    client = change.client
    if not change:
        contacts, rates = change.children or clients.get_children(uow.session, client.id)
        return Record(client, contacts, rates)
    client.updated_at = next_moment(client)
    _announce(uow, change)
    contacts, rates = _write_client(uow, change)
    record = Record(client, contacts, rates)
    _write_elements(uow, change)
    if change.contacts or any(column in _SEARCHED for column in change.columns):
        words = {"words": words_of(record), "sort_name": client.sort_name}
        uow.write_last(_WORDS, {**words, "id": client.id})
    return record


def next_moment(client: Client) -> datetime:
    """The present moment, and later than the client's last change whatever the clocks say:
    its events stand in the order of their versions, and no two changes at the same time."""
    return max(now(), client.updated_at + timedelta(microseconds=1))


_SEARCHED = {*SEARCHED, "tax_id_last4", "compliance_requirements", "tags", "custom_fields"}


def _announce(uow: UnitOfWork, change: Change) -> None:
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
    for build, edits in _element_events(change):
        for edit in edits:
            _publish(uow, client, build, *edit)


def _set(client: Client, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(client, name, value)


def _publish(uow: UnitOfWork, client: Client, build: Callable[..., Event], *told: Any) -> None:
    client.version += 1
    uow.publish(build(client, *told))


def _element_events(change: Change) -> list[tuple[Callable[..., Event], Iterable[Any]]]:
    """Builders with what each edit tells them beside the client."""
    contacts, rates = change.contacts, change.rates
    return [
        (events.contact_removed, zip(contacts.removed)),
        (events.contact_updated, contacts.updated),
        (events.contact_added, zip(contacts.added)),
        (events.rate_removed, zip(rates.removed)),
        (events.rate_updated, rates.updated),
        (events.rate_added, zip(rates.added)),
    ]


def _write_client(uow: UnitOfWork, change: Change) -> Children:
    """The client's row; its contacts and rates come back with it where they are not known."""
    client = change.client
    if "company_name" in change.columns:
        client.sort_name = change.columns["sort_name"] = sort_name(client.company_name)
    values = {**change.columns, "version": client.version, "updated_at": client.updated_at}
    statement = _update(tuple(values), reads=change.children is None)
    sent = {name: _sent(name, value) for name, value in values.items()}
    if not KEYED.isdisjoint(change.columns):
        sent["keys"] = key_rows([client])
    with rows.one_internal_client():
        found = fetch(uow.connection, statement, {**sent, "id": client.id})
    return change.children if change.children is not None else _children(found[0])


def _children(row: Any) -> Children:
    contacts, rates = row
    return contacts, rates


_JSON = {"custom_fields", "owner"}


def _sent(name: str, value: Any) -> Any:
    return value if name not in _JSON or value is None else orjson.dumps(value).decode()


@lru_cache(maxsize=512)
def _update(columns: tuple[str, ...], *, reads: bool) -> TextClause:
    """Only what changes is set: an index is left alone whose columns are."""
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    returning = clients.CHILDREN if reads else "1"
    keys = "" if KEYED.isdisjoint(columns) else f"WITH keys_put AS ({rows.REPLACE_KEYS})"
    return text(f"{keys} UPDATE clients c SET {assignments} WHERE id = :id RETURNING {returning}")


def _upsert(table: str, columns: tuple[str, ...]) -> TextClause:
    """Removes elements, and puts others in the place of those of their id, in one statement."""
    values = ", ".join(f"r.{name}" for name in columns)
    assignments = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return text(
        f"""
        WITH removed AS (
            DELETE FROM {table} WHERE client_id = :id AND id = ANY(CAST(:removed AS uuid[]))
        )
        INSERT INTO {table} ({", ".join(columns)})
        SELECT {values} FROM jsonb_populate_recordset(NULL::{table}, CAST(:put AS jsonb)) r
        ON CONFLICT (client_id, id) DO UPDATE SET {assignments}
        """
    )


_PUT_CONTACTS = _upsert("contacts", CONTACT_COLUMNS)
_PUT_RATES = _upsert("rates", RATE_COLUMNS)


def _write_elements(uow: UnitOfWork, change: Change) -> None:
    if change.contacts:
        put = contact_rows(change.client, _put(change.contacts))
        uow.session.execute(_PUT_CONTACTS, _edit_values(change, change.contacts, put))
    if change.rates:
        put = rate_rows(change.client, _put(change.rates))
        uow.session.execute(_PUT_RATES, _edit_values(change, change.rates, put))


def _put(edits: Edits) -> list[Any]:
    return [after for _before, after in edits.updated] + edits.added


def _edit_values(change: Change, edits: Edits, put: str) -> dict[str, Any]:
    removed = [element["id"] for element in edits.removed]
    return {"id": change.client.id, "removed": removed, "put": put}
