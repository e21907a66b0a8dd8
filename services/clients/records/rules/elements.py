"""Lists of contacts and rates: matched by id, checked as a whole, told apart by what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.clients.records.errors import ContactNotFound, RateNotFound
from services.clients.values.addresses import email_key
from shared.errors import NotFound
from shared.values.findings import Wrong
from shared.values.folding import fold

MAX_CONTACTS = 100
MAX_RATES = 200

_FIRST_DAY, _LAST_DAY = "0000-00-00", "9999-99-99"

Element = Mapping[str, Any]
# A finding of a list: the place of the element, the field in it ("" for all of it), what.
Finding = tuple[int, str, Wrong]


@dataclass(frozen=True, slots=True)
class Edits:
    """What has to be done to make one list of elements another."""

    removed: list[Any]
    updated: list[tuple[Any, Any]]
    added: list[Any]

    def __bool__(self) -> bool:
        return bool(self.removed or self.updated or self.added)


def edits_between(before: Sequence[Element], after: Sequence[Element]) -> Edits:
    """The edits from one list to the other; an element is known by its id."""
    known = {element["id"]: element for element in before}
    kept = {element["id"] for element in after}
    return Edits(
        removed=[element for element in before if element["id"] not in kept],
        updated=[
            (known[element["id"]], element)
            for element in after
            if element["id"] in known and element != known[element["id"]]
        ],
        added=[element for element in after if element["id"] not in known],
    )


def by_id(elements: Sequence[Element]) -> list[Any]:
    """The elements in the order they were added, which is that of their ids."""
    return sorted(elements, key=lambda element: str(element["id"]))


def with_element(elements: Sequence[Element], one: Element) -> list[Any]:
    """The elements with one put in the place of that of its id, or at the end."""
    replaced = [one if element["id"] == one["id"] else element for element in elements]
    return replaced if one in replaced else [*replaced, one]


def merged(known: Sequence[Element], sent: Element, new: Element) -> dict[str, Any]:
    """An element as it will be: what was sent over the one of its id, or over a new one."""
    found = next((element for element in known if element["id"] == sent.get("id")), None)
    return {**(new if found is None else found), **sent}


def contact_findings(contacts: Sequence[Element]) -> Iterator[Finding]:
    """What is wrong with a client's contacts taken together."""
    yield from _shape_findings(contacts, MAX_CONTACTS)
    seen: set[str] = set()
    for place, contact in enumerate(contacts):
        key = email_key(contact["email"] or "")
        if not contact["name"] and not key:
            yield place, "", Wrong("required", "Give a name or an e-mail address.")
        if key in seen:
            yield place, "email", Wrong("duplicate", "Another contact has this address.")
        if key:
            seen.add(key)


def rate_findings(rates: Sequence[Element]) -> Iterator[Finding]:
    """What is wrong with a client's rates taken together."""
    yield from _shape_findings(rates, MAX_RATES)
    for place, rate in enumerate(rates):
        for field in ("position", "regular_rate"):
            if rate[field] is None:
                yield place, field, Wrong("required", "Must be given.")
        if _first(rate) > _last(rate):
            yield place, "valid_until", Wrong("before_start", "Must not be before `valid_from`.")
    for place in _overlapping(rates):
        yield (
            place,
            "position",
            Wrong("overlap", "Another rate of this position holds on some of the same days."),
        )


def _shape_findings(elements: Sequence[Element], most: int) -> Iterator[Finding]:
    if len(elements) > most:
        yield most, "", Wrong("too_many", f"At most {most}; these are {len(elements)}.")
    seen: set[str] = set()
    for place, element in enumerate(elements):
        if element["id"] in seen:
            yield place, "id", Wrong("duplicate", "This element stands here twice.")
        seen.add(element["id"])


def _overlapping(rates: Iterable[Element]) -> list[int]:
    """The places of the rates that begin while another of their position still holds."""
    until: dict[str, str] = {}
    found = []
    for place, rate in sorted(enumerate(rates), key=lambda entry: _first(entry[1])):
        position = fold(rate["position"] or "")
        if _first(rate) <= until.get(position, ""):
            found.append(place)
        if position:
            until[position] = max(until.get(position, ""), _last(rate))
    return sorted(found)


def _first(rate: Element) -> str:
    return rate["valid_from"] or _FIRST_DAY


def _last(rate: Element) -> str:
    return rate["valid_until"] or _LAST_DAY


@dataclass(frozen=True, slots=True)
class Kind:
    """A list of a client: the record has it under `name`.

    `new` is what an element has where nothing is said; `findings` tells what is wrong with such
    a list taken together; `missing` is raised where there is no such element.
    """

    name: str
    new: Element
    findings: Callable[[Sequence[Element]], Iterator[Finding]]
    missing: type[NotFound]


CONTACTS = Kind(
    "contacts",
    {"name": None, "email": None, "phone": None, "title": None, "roles": []},
    contact_findings,
    ContactNotFound,
)
RATES = Kind(
    "rates",
    {
        "position": None,
        "regular_rate": None,
        "overtime_rate": None,
        "currency": None,
        "valid_from": None,
        "valid_until": None,
    },
    rate_findings,
    RateNotFound,
)
KINDS = (CONTACTS, RATES)
