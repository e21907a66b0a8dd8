"""Contacts and rates of a row that is an update: which of the client's each of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.clients.records.models.record import Record
from services.clients.values.addresses import email_key
from shared.values.folding import fold


def matched_elements(body: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """The body with ids where an element without one is a contact or a rate of the client.

    A contact is known by its address, else by its name, a rate by its position. What a row
    does not speak of stays; a list whose elements have ids is taken as the whole list.
    """
    found = dict(body)
    for name, known in (("contacts", record.contacts), ("rates", record.rates)):
        sent = found.get(name)
        if isinstance(sent, list) and not _has_ids(sent):
            found[name] = _merged(sent, known, _KEYS[name])
    return found


def _has_ids(sent: Sequence[Any]) -> bool:
    return any(not isinstance(each, dict) or "id" in each for each in sent)


def _merged(sent: Sequence[Any], known: Sequence[Any], key: Any) -> list[Any]:
    by_key = {key(each): each["id"] for each in known if key(each)}
    put = [{**each, "id": by_key.pop(key(each))} if key(each) in by_key else each for each in sent]
    spoken_of = {each.get("id") for each in put}
    return [{"id": each["id"]} for each in known if each["id"] not in spoken_of] + put


def _contact_key(contact: Mapping[str, Any]) -> str | None:
    if contact.get("email"):
        return email_key(contact["email"])
    return fold(contact["name"]) if contact.get("name") else None


def _rate_key(rate: Mapping[str, Any]) -> tuple[str, Any] | None:
    if not rate.get("position"):
        return None
    return fold(rate["position"]), rate.get("valid_from")


_KEYS = {"contacts": _contact_key, "rates": _rate_key}
