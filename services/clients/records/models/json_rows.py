"""Rows as the statements take them, as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from services.clients.records.models.record import Client, Record
from services.clients.records.rules.custom_values import texts_of
from services.clients.records.rules.likeness import email_domain, name_key, website_host
from services.clients.records.rules.search_text import search_vector
from services.clients.values.addresses import email_key

#: The key that is made of a column, and how.
KEYS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "company_name": ("name_key", name_key),
    "website": ("website_host", website_host),
    "contact_email": ("email_domain", email_domain),
    "tax_id_hash": ("tax_id_hash", lambda digest: digest),
}

#: The keys in which nothing is found for who may not view tax ids: who is told that a number is
#: another client's too may find out any by trying.
UNTOLD: Mapping[str, None] = {"tax_id_hash": None}
_NOTHING: Mapping[str, None] = {}

#: The columns whose words a client is found by.
SEARCHED = (
    "company_name",
    "client_code",
    "contact_name",
    "contact_email",
    "street",
    "city",
    "state",
    "county",
    "postal_code",
)


def client_row(client: Client) -> str:
    """A client's row as JSON; bytes as PostgreSQL writes them."""
    return orjson.dumps(client, default=_bytes).decode()


def key_rows(clients: Iterable[Client], hidden: Mapping[str, None] = _NOTHING) -> str:
    """What other clients may have in common with these, as a JSON list, but for what is hidden."""
    keys = [{**_owner(client), **keys_of(client), **hidden} for client in clients]
    return orjson.dumps(keys, default=_bytes).decode()


def keys_of(client: Client, columns: Iterable[str] = KEYS) -> dict[str, Any]:
    """What another client may have in common with this one, of these columns."""
    made = [(KEYS[column], getattr(client, column)) for column in columns if column in KEYS]
    return {key: make(value) for (key, make), value in made}


def contact_rows(client: Client, contacts: Iterable[Mapping[str, Any]]) -> str:
    """Contacts' rows as a JSON list."""
    owner = _owner(client)
    return orjson.dumps(
        [{**contact, **owner, "email_key": _key(contact["email"])} for contact in contacts]
    ).decode()


def rate_rows(client: Client, rates: Iterable[Mapping[str, Any]]) -> str:
    """Rates' rows as a JSON list."""
    owner = _owner(client)
    return orjson.dumps([{**rate, **owner} for rate in rates]).decode()


def words_of(record: Record) -> str:
    """The words and standards that the client is found by, as a tsvector."""
    client = record.client
    texts = [getattr(client, column) for column in SEARCHED]
    for contact in record.contacts:
        texts += (contact["name"], contact["email"])
    texts += [*client.tags, *texts_of(client.custom_fields)]
    phones = [client.contact_phone, *(contact["phone"] for contact in record.contacts)]
    return search_vector(
        texts, client.compliance_requirements, client.tags, client.tax_id_last4, phones
    )


def _owner(client: Client) -> dict[str, uuid.UUID]:
    return {"client_id": client.id, "workspace_id": client.workspace_id}


def _key(email: str | None) -> str | None:
    return None if email is None else email_key(email)


def _bytes(value: Any) -> str:
    return "\\x" + bytes(value).hex()
