"""One line of plain English for an event, made at reading so that a better text reaches
old entries too. Pure: an event's type and data in, a sentence out, never an error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.activity.events.rules import texts

_LONGEST_VALUE = 60
_LONGEST_REASON = 200
_NAMED_FIELDS = 2
_SIDES = ("before", "after")
_ELEMENT = re.compile(r"^\w+\[[^\]]*\]\.?")

# Where each word of the texts stands in an event's data, first one found.
_PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "workspace": (("workspace", "name"),),
    "user": (("user", "name"), ("user", "email")),
    "invited": (("invitation", "email"),),
    "role": (("invitation", "role"),),
    "of_role": (("role", "name"),),
    "api_key": (("api_key", "name"),),
    "client": (("client", "company_name"),),
    "code": (("client", "client_code"),),
    "format": (("export", "format"),),
    "url": (("webhook", "url"),),
    "subscriber": (("subscriber", "name"),),
    "entry": (("entry", "name"),),
    "custom_field": (("custom_field", "label"),),
    "view": (("view", "name"),),
    "source": (("source", "company_name"),),
    "contact": (("contact", "name"), ("contact", "email")),
    "visitor": (("portal_access", "name"), ("portal_access", "email")),
    "rate": (("rate", "position"),),
    "project": (("project", "name"),),
    "number": (("invoice", "number"),),
    "credit_note": (("credit_note", "number"),),
    "document": (("document", "file_name"), ("document", "title")),
}


def summarise(event_type: str, data: Mapping[str, Any]) -> str:
    """The sentence for an event; one without its words, or of a later version, reads plainly."""
    sentence = texts.SENTENCES.get(event_type)
    if sentence is None:
        return _spoken(event_type)
    try:
        return sentence.text.format_map(words(data))
    except (KeyError, TypeError, AttributeError, ValueError):
        # Data of an erased person is a tombstone without the words; the fact stays readable.
        return sentence.bare


def words(data: Mapping[str, Any]) -> dict[str, str]:
    """The words found in an event's data; a capital first letter asks for one in the text."""
    found = {name: text for name, paths in _PATHS.items() if (text := _first(data, paths))}
    found.update(_money_words(data))
    found.update(_note_words(data.get("note") or {}))
    found.update(_session_words(data.get("session") or data.get("portal_session") or data))
    found.update(_time_words(data.get("time_entry") or {}))
    if page := data.get("page"):
        found["page"] = texts.PAGES.get(str(page), texts.A_PAGE)
    if listed := (data.get("entry") or {}).get("list"):
        found["list"] = str(listed).replace("_", " ")
    if starts_at := (data.get("deletion") or {}).get("starts_at"):
        found["day"] = str(starts_at)[:10]
    if through := texts.THROUGH.get(str((data.get("read") or {}).get("through"))):
        found["through"] = through
    if archive := data.get("archive"):
        found["without"] = _without(archive.get("left_out"))
    found["moved"] = _moved(data)
    found["because"] = _because(data.get("reason"))
    if reason := data.get("reason"):
        found["refusal"] = str(reason).rpartition(".")[2].replace("_", " ")
    if changes := data.get("changes"):
        found["changed"] = describe_changes(changes)
    return found | {name.capitalize(): _capital(text) for name, text in found.items()}


def _without(parts: Sequence[str] | None) -> str:
    """What was left out of something taken as a whole, at the end of a sentence."""
    return f", without {' and '.join(parts)}" if parts else ""


def _moved(data: Mapping[str, Any]) -> str:
    """The time that an invoice took or gave back, at the end of a sentence."""
    if billed := data.get("billed_hours"):
        return f", with {billed} h"
    unbilled = data.get("unbilled_hours")
    return f"; {unbilled} h to bill again" if unbilled else ""


def _because(reason: object) -> str:
    """A reason at the end of a sentence."""
    return f": {_cut(reason)}" if reason else ""


def _cut(written: object) -> str:
    """A text on one line, cut where it is long; the event has all of it."""
    words = " ".join(str(written).split())
    return words if len(words) <= _LONGEST_REASON else f"{words[:_LONGEST_REASON]}…"


def describe_changes(changes: Sequence[Mapping[str, Any]]) -> str:
    """One change with its values, two by name, more by name and number; lower case."""
    if len(changes) == 1:
        return _one_change(changes[0])
    names = list(dict.fromkeys(_label(str(change["field"])) for change in changes))
    if len(names) == 1:
        return texts.CHANGED_LONG.format(label=names[0])
    if len(names) <= _NAMED_FIELDS + 1:
        return texts.CHANGED_SEVERAL.format(labels=", ".join(names[:-1]), last=names[-1])
    shown = ", ".join(names[:_NAMED_FIELDS])
    return texts.CHANGED_MANY.format(labels=shown, count=len(names) - _NAMED_FIELDS)


def _first(data: Mapping[str, Any], paths: Sequence[tuple[str, str]]) -> str | None:
    for part, key in paths:
        value = (data.get(part) or {}).get(key)
        if value:
            return str(value)
    return None


def _money_words(data: Mapping[str, Any]) -> dict[str, str]:
    invoice, payment = data.get("invoice") or {}, data.get("payment") or {}
    found = {}
    if "total" in invoice and "currency" in invoice:
        found["total"] = f"{invoice['total']} {invoice['currency']}"
    if "amount" in payment and "currency" in invoice:
        amount = str(payment["amount"])
        found["amount"] = f"{amount.removeprefix('-')} {invoice['currency']}"
        found["movement"] = texts.REFUND if amount.startswith("-") else texts.PAYMENT
    if note := data.get("credit_note"):
        found["amount"] = f"{note['total']} {note['currency']}"
    return found


def _note_words(note: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    if kind := texts.A_NOTE.get(str(note.get("kind"))):
        found["a_note"] = kind
    if author := (note.get("author") or {}).get("name"):
        found["author"] = str(author)
    if written := note.get("text"):
        found["note"] = _cut(written)
    return found


def _session_words(session: Mapping[str, Any]) -> dict[str, str]:
    found = {"whence": _whence(session)}
    if name := (session.get("user") or {}).get("name"):
        found["session"] = found["visitor"] = str(name)
    return found


def _whence(session: Mapping[str, Any]) -> str:
    """Where somebody signed in or tried to, at the end of a sentence."""
    places = [str(session[key]) for key in ("device", "address") if session.get(key)]
    return f" ({', '.join(places)})" if places else ""


def _time_words(entry: Mapping[str, Any]) -> dict[str, str]:
    words = {"hours": "hours", "person_name": "worker", "position": "position", "date": "worked_on"}
    return {word: str(entry[key]) for key, word in words.items() if entry.get(key)}


def _one_change(change: Mapping[str, Any]) -> str:
    field = str(change["field"])
    label = _label(field)
    # A list that held nothing had no value, as a field that was empty.
    before, after = (None if change.get(side) == [] else change.get(side) for side in _SIDES)
    if after is None and before is not None:
        return texts.CHANGED_CLEARED.format(label=label)
    was, now = _value(field, before), _value(field, after)
    if now is None or (before is not None and was is None) or was == now:
        return texts.CHANGED_LONG.format(label=label)
    if was is None:
        return texts.CHANGED_SET.format(label=label, after=now)
    return texts.CHANGED_FROM_TO.format(label=label, before=was, after=now)


def _label(field: str) -> str:
    path = _ELEMENT.sub("", field) or field
    if path in texts.LABELS:
        return texts.LABELS[path]
    path = path.removeprefix("settings.").removeprefix("custom_fields.")
    return path.replace(".", " ").replace("_", " ")


def _value(field: str, value: object) -> str | None:
    """A value short enough to stand in a sentence, or None."""
    if isinstance(value, bool):
        return texts.ON if value else texts.OFF
    if isinstance(value, Mapping):
        value = value.get("name")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    if not isinstance(value, (str, int, float)) or not 0 < len(str(value)) <= _LONGEST_VALUE:
        return None
    text = str(value)
    is_status = field.rpartition(".")[2] == "status"
    return _capital(text.replace("_", " ")) if is_status else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spoken(event_type: str) -> str:
    """`clients.report.made.v1` → `Report made`."""
    parts = event_type.split(".")
    return _capital(" ".join(parts[1:-1] or parts).replace("_", " "))
