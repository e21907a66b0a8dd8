"""From what was sent to what is stored: by column, with defaults, numbers read in their country.

What is wrong is added to the findings and raised by the caller once all is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from services.clients.access.queries import find_user_name
from services.clients.custom_fields.queries import Definitions, definitions
from services.clients.lists.queries import choices, find_entry
from services.clients.lists.rules.entries import Entry
from services.clients.records.models.record import DEFAULTS, GROUPS, LISTED, TAX_ID_CONTEXT, Client
from services.clients.records.queries.clients import workspace_defaults
from services.clients.records.rules.custom_values import custom_value
from services.clients.values import phones, tax_ids
from shared.security.crypto import Vault
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings, Wrong

_NO_TAX_ID: dict[str, Any] = {"tax_id": None, "tax_id_hash": None, "tax_id_last4": None}
_NO_COLUMNS = frozenset({"contacts", "rates", "allow_duplicate"})


class Defaults:
    """What a workspace says, read when first asked for: once, however many rows ask."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._entry = cache(partial(find_entry, uow))
        self._definitions = cache(partial(definitions, uow))
        self._user_name = cache(partial(find_user_name, uow))
        self._choices = cache(partial(choices, uow))

    @cached_property
    def _both(self) -> tuple[str, str]:
        return workspace_defaults(self._uow.session)

    @property
    def country(self) -> str:
        """Two letters."""
        return self._both[0]

    @property
    def currency(self) -> str:
        """Three letters."""
        return self._both[1]

    def entry(self, listed: str, written: str) -> Entry | None:
        """What a value means in one of the workspace's lists."""
        return self._entry(listed, written)

    def custom_fields(self, keys: Collection[str]) -> Definitions:
        """The workspace's own fields by key, retired ones too."""
        return self._definitions(frozenset(keys))

    def user_name(self, user_id: str) -> str | None:
        """What a user of the workspace is called; None where there is no such user."""
        return self._user_name(user_id)

    def choices(self, listed: str) -> str:
        """What may be chosen from a list, in words."""
        return self._choices(listed)


@dataclass(frozen=True, slots=True)
class Context:
    """What the values are read in the light of; `before` is None for a new client."""

    findings: Findings
    vault: Vault
    defaults: Defaults
    before: Client | None = None


def columns_of(context: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that were sent, as they are stored."""
    columns = _flat(values)
    if context.before is not None and columns.get("country", "") is None:
        columns["country"] = context.defaults.country
    if columns.get("contact_phone"):
        place = "primary_contact.phone"
        columns["contact_phone"] = stored_phone(context, place, columns["contact_phone"], columns)
    note_unlisted(context, columns)
    note_custom_fields(context, columns)
    if "owner_id" in columns:
        columns["owner"] = _owner(context, columns.pop("owner_id"))
    if "tax_id" in columns:
        columns.update(_tax_columns(context, columns.pop("tax_id"), columns))
    if "country" in columns and "tax_id_hash" not in columns:
        columns.update(_moved_tax_id(context, columns["country"]))
    return columns


def note_custom_fields(context: Context, columns: dict[str, Any]) -> None:
    """Make of values that were sent all that the client will have, and note what is wrong.

    What was not sent stays; a retired field may keep its value or lose it.
    """
    is_new = context.before is None
    if "custom_fields" not in columns and not is_new:
        return
    held = {} if context.before is None else context.before.custom_fields
    sent = columns.get("custom_fields") or dict.fromkeys(held)
    known = context.defaults.custom_fields(sent)
    after = held | {key: _custom_value(context, known, key, sent[key], held) for key in sent}
    kept = {key: value for key, value in after.items() if value is not None}
    wanted = known if is_new else sent
    for key in wanted:
        if key in known and known[key].required and not known[key].retired and key not in kept:
            wrong = Wrong("required", f"{known[key].label} must be there.")
            context.findings.add(f"custom_fields.{key}", wrong)
    if "custom_fields" in columns:
        columns["custom_fields"] = kept


def _custom_value(
    context: Context, known: Definitions, key: str, value: Any, held: Mapping[str, Any]
) -> Any:
    if value is None or (key in held and held[key] == value):
        return value
    path = f"custom_fields.{key}"
    definition = known.get(key)
    if definition is None or definition.retired:
        message = "The workspace has no such field" + (" any more." if definition else ".")
        context.findings.add(path, Wrong("unknown_field", message))
        return None
    return context.findings.take(
        path, lambda sent: custom_value(definition, sent, held.get(key)), value
    )


def _owner(context: Context, owner_id: str | None) -> dict[str, str] | None:
    """Who looks after the client, by the name that they have now."""
    if owner_id is None:
        return None
    held = context.before.owner if context.before else None
    if held is not None and held["id"] == owner_id:
        return held
    name = context.defaults.user_name(owner_id)
    if name is None:
        context.findings.add("owner_id", Wrong("unknown_user", "No such user in the workspace."))
        return None
    return {"id": owner_id, "name": name}


def note_unlisted(context: Context, columns: dict[str, Any]) -> None:
    """Spell values as the workspace's lists do, and note those that are not in them.

    What the client has already it may keep: a retired value, one under a former name.
    """
    for column in LISTED:
        if columns.get(column):
            held = getattr(context.before, column, None) or ()
            columns[column] = _of_list(context, column, columns[column], held)


def _of_list(context: Context, column: str, value: Any, held: Any) -> Any:
    if isinstance(value, str):
        return _entry_name(context, column, value, (held,))
    names = [_entry_name(context, column, item, held) for item in value]
    return list(dict.fromkeys(names))


def _entry_name(context: Context, column: str, value: str, held: Iterable[str]) -> str:
    if value in held:
        return value
    listed = LISTED[column]
    entry = context.defaults.entry(listed, value)
    if entry is not None and not entry.retired:
        return entry.name
    message = f"{value} is not in the workspace's list: {context.defaults.choices(listed)}."
    context.findings.add(column, Wrong("not_in_list", message))
    return value


def country_of(context: Context, columns: Mapping[str, Any]) -> str:
    """Where the client will be: numbers are read as they are written there."""
    known = context.before.country if context.before else None
    country: str = columns.get("country", known) or context.defaults.country
    return country


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The record's values by column; what is emptied falls back to its default."""
    columns: dict[str, Any] = {}
    for name, value in values.items():
        if name in GROUPS:
            keys = GROUPS[name]
            sent = dict.fromkeys(keys) if value is None else value
            columns.update((keys[key], item) for key, item in sent.items())
        elif name not in _NO_COLUMNS:
            columns[name] = value
    return {name: DEFAULTS.get(name) if item is None else item for name, item in columns.items()}


def stored_phone(context: Context, path: str, typed: str, columns: Mapping[str, Any]) -> str:
    """A number as it is dialled from anywhere; or as typed, with a warning, where it is none."""
    found = phones.e164(typed, None if typed[0] == "+" else country_of(context, columns))
    if found is None:
        context.findings.warn(path, phones.as_typed())
    return found or typed


def _tax_columns(context: Context, typed: str | None, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The number sealed, hashed, and its last four; nothing where our own mask comes back."""
    if typed is None:
        return _NO_TAX_ID
    if _is_known_mask(context, typed):
        return {}
    country = country_of(context, columns)
    number = context.findings.take("tax_id", lambda text: tax_ids.tax_id(text, country), typed)
    if number is None:
        return {}
    return {
        "tax_id": context.vault.encrypt(number.written, TAX_ID_CONTEXT),
        "tax_id_hash": context.vault.keyed_hash(number.key, TAX_ID_CONTEXT),
        "tax_id_last4": number.last4,
    }


def _moved_tax_id(context: Context, country: str) -> dict[str, Any]:
    """The number that stays is compared as one of the country that the client is in now."""
    client = context.before
    if client is None or client.tax_id is None or client.country == country:
        return {}
    written = context.vault.decrypt(client.tax_id, TAX_ID_CONTEXT).decode()
    key = tax_ids.stored_key(written, country)
    return {"tax_id_hash": context.vault.keyed_hash(key, TAX_ID_CONTEXT)}


def _is_known_mask(context: Context, typed: str) -> bool:
    """Whether someone who may not see the number sends back what they were shown."""
    known = context.before.tax_id if context.before else None
    if known is None or not tax_ids.is_masked(typed):
        return False
    return typed == tax_ids.masked(context.vault.decrypt(known, TAX_ID_CONTEXT).decode())
