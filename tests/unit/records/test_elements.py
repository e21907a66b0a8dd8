"""Lists of contacts and rates taken together."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules import elements


def _rate(number: int, first: str | None, last: str | None, position: str = "A") -> dict[str, Any]:
    return {
        **elements.RATES.new,
        "id": str(number),
        "position": position,
        "regular_rate": "1.00",
        "valid_from": first,
        "valid_until": last,
    }


def _contact(number: int, **values: Any) -> dict[str, Any]:
    return {"id": str(number), **elements.CONTACTS.new, **values}


_DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 2, 1)).map(date.isoformat)


@given(st.lists(st.tuples(_DAYS, _DAYS, st.sampled_from("AaB")), max_size=6))
def test_an_overlap_is_found_exactly_where_two_share_a_day(
    spans: list[tuple[str | None, str | None, str]],
) -> None:
    rates = [
        _rate(number, first, last, position)
        for number, (first, last, position) in enumerate(spans)
        if (first or "") <= (last or "9")
    ]
    found = any(wrong.code == "overlap" for _, _, wrong in elements.rate_findings(rates))
    assert found == any(_share_a_day(one, two) for one, two in combinations(rates, 2))


def _share_a_day(one: dict[str, Any], two: dict[str, Any]) -> bool:
    same = one["position"].lower() == two["position"].lower()
    first = max(one["valid_from"] or "", two["valid_from"] or "")
    last = min(one["valid_until"] or "9", two["valid_until"] or "9")
    return same and first <= last


def test_a_rate_ends_when_it_begins_or_later() -> None:
    fine = _rate(1, "2026-01-01", "2026-01-01")
    turned = _rate(2, "2026-02-02", "2026-02-01", "B")
    findings = list(elements.rate_findings([fine, turned]))
    assert [(place, name, wrong.code) for place, name, wrong in findings] == [
        (1, "valid_until", "before_start")
    ]


def test_every_wrong_contact_is_found_in_its_place() -> None:
    contacts = [
        _contact(1, name="Ana", email="ana@acme.example.com"),
        _contact(2, email="ANA@acme.example.com"),
        _contact(3, title="CFO"),
        _contact(1, name="Again"),
        _contact(5, name="Li"),
        _contact(6, name="Wei"),
    ]
    findings = {
        (place, name, wrong.code) for place, name, wrong in elements.contact_findings(contacts)
    }
    assert findings == {(1, "email", "duplicate"), (2, "", "required"), (3, "id", "duplicate")}


_PEOPLE = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("xyz")), unique_by=lambda pair: pair[0]
).map(lambda pairs: [_contact(number, name=name) for number, name in pairs])


@given(_PEOPLE, _PEOPLE)
def test_edits_lead_from_one_list_to_the_other(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    edits = elements.edits_between(before, after)
    found = {one["id"]: one for one in before}
    for one in edits.removed:
        del found[one["id"]]
    for old, new in edits.updated:
        assert found[old["id"]] == old != new
        found[new["id"]] = new
    for one in edits.added:
        assert one["id"] not in found
        found[one["id"]] = one
    assert found == {one["id"]: one for one in after}
    assert bool(edits) == (sorted(map(str, before)) != sorted(map(str, after)))


def test_a_known_element_keeps_what_was_not_sent() -> None:
    known = [_contact(1, name="Ana", title="CFO")]
    assert elements.merged(known, {"id": "1", "title": None}, elements.CONTACTS.new) == {
        **known[0],
        "title": None,
    }
    assert elements.merged(known, {"name": "Li"}, elements.CONTACTS.new)["title"] is None
