"""What one client takes over from another that is merged into it.

The survivor's values win. Where it has none, the other's are taken: field by field, but an
address and a tax number as a whole. Lists are united, contacts kept once per address, rates
taken where none of the survivor's holds on the same days. Whoever merges may choose otherwise,
field by field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from services.clients.records.models.record import (
    GROUPS,
    OWN_FIELD,
    PATHS,
    TAX_COLUMNS,
    Client,
    ContactData,
    RateData,
    Record,
)
from services.clients.records.rules import elements
from services.clients.values.addresses import email_key
from shared.ids import uuid7

# What is the survivor's in any case; the other's primary contact becomes one of its contacts.
_KEPT = {"company_name", "client_code", "status"}
_KEPT |= {*GROUPS["primary_contact"].values(), *GROUPS["settings"].values()}
_ADDRESS = tuple(GROUPS["address"].values())
_UNITED = {"compliance_requirements", "tags", "custom_fields"}

#: Whose value of a field is kept.
INTO, SOURCE = "into", "source"
Choices = Mapping[str, str]
NO_CHOICES: Choices = MappingProxyType({})

# The other's primary contact is kept as a contact, and codes and settings are the survivor's.
_UNCHOSEN = {"client_code", *GROUPS["primary_contact"].values(), *GROUPS["settings"].values()}
_CHOSEN: dict[str, tuple[str, ...]] = {
    path: (column,) for column, path in PATHS.items() if column not in _UNCHOSEN | _UNITED
} | {"tax_id": TAX_COLUMNS}


@dataclass(frozen=True, slots=True)
class Absorption:
    """What is taken over, and what is not: contacts and rates that the survivor has already."""

    columns: dict[str, Any]
    contacts: list[ContactData]
    rates: list[RateData]
    contacts_left: list[ContactData]
    rates_left: list[RateData]

    @property
    def paths(self) -> set[str]:
        """The fields that are filled, as callers name them."""
        found = {PATHS[column] for column in self.columns if column in PATHS}
        return found | ({"tax_id"} if "tax_id" in self.columns else set())


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which both have a value; the survivor's stays."""

    field: str
    stays: Any
    goes: Any


def absorption(target: Record, source: Record, choices: Choices = NO_CHOICES) -> Absorption:
    """What the target takes over from the source; a choice is about a field of `choosable`."""
    contacts, contacts_left = _contacts(target, source)
    rates, rates_left = _rates(target, source)
    columns = dict(_columns(target.client, source.client))
    for path, whose in choices.items():
        _choose(columns, target.client, source.client, path, whose)
    return Absorption(columns, contacts, rates, contacts_left, rates_left)


def choosable(target: Client, source: Client) -> set[str]:
    """The fields of which one may choose whose value is kept."""
    own = {**target.custom_fields, **source.custom_fields}
    return {*_CHOSEN, *(OWN_FIELD + key for key in own)}


def differences(
    target: Client, source: Client, *, sees_tax_ids: bool = True
) -> Iterator[Difference]:
    """The fields in which the two contradict each other. Whether two tax numbers do is told only
    to who sees them: for others they always may."""
    for column, path in PATHS.items():
        if column not in _UNITED and column not in GROUPS["settings"].values():
            yield from _difference(path, getattr(target, column), getattr(source, column))
    for key, stays in target.custom_fields.items():
        yield from _difference(OWN_FIELD + key, stays, source.custom_fields.get(key))
    both_have_one = target.tax_id_hash and source.tax_id_hash
    if both_have_one and (not sees_tax_ids or target.tax_id_hash != source.tax_id_hash):
        yield Difference("tax_id", "hidden", "hidden")


def _difference(path: str, stays: Any, goes: Any) -> Iterator[Difference]:
    if stays is not None and goes is not None and stays != goes:
        yield Difference(path, stays, goes)


def _choose(columns: dict[str, Any], target: Client, source: Client, path: str, whose: str) -> None:
    """Take the value of the one that was chosen, even where it has none."""
    if path.startswith(OWN_FIELD):
        _choose_own_field(columns, target, source, path.removeprefix(OWN_FIELD), whose)
        return
    for column in _CHOSEN[path]:
        columns.pop(column, None)
        value = getattr(source, column)
        if whose == SOURCE and value != getattr(target, column):
            columns[column] = value


def _choose_own_field(
    columns: dict[str, Any], target: Client, source: Client, key: str, whose: str
) -> None:
    chosen = (source if whose == SOURCE else target).custom_fields
    united = columns.pop("custom_fields", target.custom_fields)
    fields = {name: value for name, value in united.items() if name != key}
    if key in chosen:
        fields[key] = chosen[key]
    if fields != target.custom_fields:
        columns["custom_fields"] = fields


def _columns(target: Client, source: Client) -> Iterator[tuple[str, Any]]:
    for column in PATHS:
        if column in _KEPT or column in _ADDRESS:
            continue
        united = _united(getattr(target, column), getattr(source, column))
        if united != getattr(target, column):
            yield column, united
    if not any(getattr(target, name) for name in _ADDRESS if name != "country"):
        yield from _taken(target, source, _ADDRESS)
    if target.tax_id is None:
        yield from _taken(target, source, TAX_COLUMNS)


def _united(own: Any, other: Any) -> Any:
    if isinstance(own, list):
        return own + [value for value in other or [] if value not in own]
    if isinstance(own, Mapping):
        return {**(other or {}), **own}
    return other if own is None else own


def _taken(target: Client, source: Client, columns: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for column in columns:
        value = getattr(source, column)
        if value is not None and value != getattr(target, column):
            yield column, value


def _contacts(target: Record, source: Record) -> tuple[list[ContactData], list[ContactData]]:
    known = {_key(contact["email"]) for contact in target.contacts}
    known.add(_key(target.client.contact_email))
    taken: list[ContactData] = []
    left: list[ContactData] = []
    for contact in [_primary(source.client), *source.contacts]:
        key = _key(contact["email"])
        (left if key and key in known else taken).append(contact)
        known.add(key)
    return taken, left


def _primary(client: Client) -> ContactData:
    found = {key: getattr(client, column) for key, column in GROUPS["primary_contact"].items()}
    return {"id": str(uuid7()), **elements.CONTACTS.new, **found}  # type: ignore[typeddict-item]


def _key(email: str | None) -> str:
    return email_key(email or "")


def _rates(target: Record, source: Record) -> tuple[list[RateData], list[RateData]]:
    taken: list[RateData] = []
    left: list[RateData] = []
    for rate in source.rates:
        together = [*target.rates, *taken, rate]
        overlaps = any(wrong.code == "overlap" for _, _, wrong in elements.rate_findings(together))
        (left if overlaps else taken).append(rate)
    return taken, left
