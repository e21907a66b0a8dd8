"""The timeline as it is drawn: days, entries, and what was before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from babel.dates import format_date

from web.shell import formats, texts, words
from web.shell.texts import gettext, noted

Entry = Mapping[str, Any]

#: What can be shown alone, by the API's name for it.
KINDS: Final = {
    "client": noted("Record"), "status": noted("Status"), "contact": noted("Contacts"),
    "rate": noted("Rates"), "document": noted("Documents"), "project": noted("Projects"),
    "time": noted("Time"),
    "invoice": noted("Invoices"), "payment": noted("Payments"), "note": noted("Notes"),
    "portal": noted("Portal"), "access": noted("Access"),
}  # fmt: skip
# Icon and tone by the end of the type, the more particular first.
_MARKS: Final = (
    ("invoice.payment_recorded", "banknote", "good"),
    ("invoice.credited", "undo-2", "warn"),
    ("invoice.voided", "ban", "bad"),
    ("invoice.issued", "send", "info"),
    ("invoice", "receipt-text", "info"),
    ("client.status_changed", "circle-dot", "warn"),
    ("client.created", "plus", "good"),
    ("client.merged", "git-merge", "info"),
    ("client.delet", "trash-2", "bad"),
    ("portal_access.accepted", "user-plus", "good"),
    ("portal_access.revoked", "ban", "bad"),
    ("portal_sign_in.refused", "shield-alert", "bad"),
    ("portal_page", "eye", ""),
    ("portal", "log-out", "info"),
    ("document.refused", "shield-alert", "bad"),
    ("document.deleted", "trash-2", ""),
    ("document", "file-text", ""),
    ("paper", "file-text", ""),
    ("project", "folder-kanban", ""),
    ("time_entry.removed", "trash-2", ""),
    ("time_entry", "clock", ""),
    ("rate", "badge-dollar-sign", "info"),
    ("contact", "users", ""),
    ("note", "sticky-note", ""),
    ("export", "download", ""),
    ("archive", "download", ""),
)
_LONG: Final = 60
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_AMOUNT: Final = re.compile(r"-?\d+\.\d{2,4}")
_WORD: Final = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the timeline, as a heading, and its entries."""

    date: date
    name: str
    rest: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that was kept, `del`eted or `ins`erted."""

    kind: str
    text: str


def days(entries: Sequence[Entry]) -> list[Day]:
    """The entries by the workspace's days, in their order."""
    found = groupby(entries, key=lambda entry: formats.zoned(entry["occurred_at"]).date())
    return [_day(day, list(each)) for day, each in found]


def _day(found: date, entries: list[Entry]) -> Day:
    today = formats.local_date()
    weekday = format_date(found, "EEEE", locale=texts.locale())
    if found == today:
        return Day(found, gettext("Today"), f"{weekday} {formats.day(found)}", entries)
    if found == today - timedelta(days=1):
        return Day(found, gettext("Yesterday"), f"{weekday} {formats.day(found)}", entries)
    return Day(found, weekday, formats.day(found), entries)


def mark(entry: Entry) -> tuple[str, str]:
    """The icon and the tone of an entry on the spine."""
    name = entry["type"].partition(".")[2]
    found = ((icon, tone) for begin, icon, tone in _MARKS if name.startswith(begin))
    return next(found, ("pencil", ""))


def label(field: str) -> str:
    """A field as a person calls it: `technical_requirements` is *Technical requirements*."""
    words = field.replace("_", " ").replace(".", ", ")
    return words[:1].upper() + words[1:]


def plain(value: Any, field: str = "", entry: Entry | None = None) -> str:
    """A value of a field as people write it; empty where there is none."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping):
        return ", ".join(text for each in value.values() if (text := plain(each)))
    if isinstance(value, list):
        return ", ".join(plain(each) for each in value)
    if value is None:
        return ""
    return _written(str(value), field, entry or {})


def _written(text: str, field: str, entry: Entry) -> str:
    """Words for states, dates and money as elsewhere on the pages."""
    about = entry.get("type", "").split(".")[1:2]
    if field == "status" and about:
        return words.word(f"{about[0]}.status", text)
    if field in words.WORDS:
        return words.word(field, text)
    if _DATE.fullmatch(text):
        return formats.short(text)
    if _AMOUNT.fullmatch(text):
        return formats.amount(text)
    return text


def is_long(change: Mapping[str, Any]) -> bool:
    """Whether both values are texts, better compared by word than side by side."""
    values = (change["before"], change["after"])
    texts = all(isinstance(value, str) for value in values)
    return texts and max(len(str(value)) for value in values) > _LONG


def pieces(before: str, after: str) -> Iterator[Piece]:
    """What was kept, taken away and put in, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("kept", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("del", "".join(old[a:b]))
        if c < d:
            yield Piece("ins", "".join(new[c:d]))
