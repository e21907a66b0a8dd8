"""Three sides of a late change: what is kept, what is carried out, what overlaps."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.clients.records.rules.three_way import Merge, merged_list

_VALUES = st.sampled_from(["a", "b", "c", None])


@given(_VALUES, _VALUES, _VALUES)
def test_a_value_is_kept_taken_or_fought_over(base: Any, theirs: Any, yours: Any) -> None:
    merge = Merge()
    keeps = merge.keeps(("x",), "x", base, theirs, yours)
    fought = len({base, theirs, yours}) == 3
    assert bool(merge.overlaps) == fought
    if not fought:
        result = yours if keeps else theirs
        assert result == (theirs if yours == base else yours)


_FIELDS = st.fixed_dictionaries({"name": _VALUES, "title": _VALUES})
_LISTS = st.dictionaries(st.sampled_from("1234"), _FIELDS).map(
    lambda found: [{"id": key, **values} for key, values in sorted(found.items())]
)


def _applied(theirs: list[Any], elements: list[Any]) -> dict[str, Any]:
    """As the record does it: what is not among the elements goes, the others are merged."""
    known = {one["id"]: one for one in theirs}
    return {one["id"]: {**known.get(one["id"], {}), **one} for one in elements}


@given(_LISTS, _LISTS)
def test_a_list_that_nobody_else_changed_becomes_what_was_sent(base: Any, yours: Any) -> None:
    sent = [one for one in yours if one["id"] in {known["id"] for known in base}]
    merge = Merge()
    merged = merged_list(merge, "contacts", base, base, sent)
    assert merge.overlaps == []
    assert _applied(base, merged.elements) == {one["id"]: one for one in sent}


@given(_LISTS, _LISTS)
def test_a_list_that_was_left_as_it_was_read_changes_nothing(base: Any, theirs: Any) -> None:
    merge = Merge()
    merged = merged_list(merge, "contacts", base, theirs, base)
    assert merge.overlaps == []
    assert _applied(theirs, merged.elements) == {one["id"]: one for one in theirs}


@given(_LISTS, _LISTS, _LISTS)
def test_without_overlap_nobodys_change_is_lost(base: Any, theirs: Any, yours: Any) -> None:
    known = {one["id"] for one in base}
    yours = [one for one in yours if one["id"] in known]
    merge = Merge()
    merged = _applied(theirs, merged_list(merge, "contacts", base, theirs, yours).elements)
    if merge.overlaps:
        return
    was, now, sent = ({one["id"]: one for one in side} for side in (base, theirs, yours))
    for key in {*was, *now}:
        removed = key in was and (key not in now or key not in sent)
        assert (key in merged) == (not removed)
        for field in () if removed else ("name", "title"):
            before, present = was.get(key, {}).get(field), now[key][field]
            wanted = sent[key][field] if key in sent else before
            assert merged[key][field] == (wanted if wanted != before else present)


def test_sides_are_shown_in_the_shape_of_the_record() -> None:
    merge = Merge()
    merge.keeps(("address", "city"), "address.city", "A", "B", "C")
    merge.keeps(("contacts", "7", "email"), "contacts[0].email", "a@x", "b@x", "c@x")
    assert merge.sides() == {
        "base": {"address": {"city": "A"}, "contacts": [{"id": "7", "email": "a@x"}]},
        "theirs": {"address": {"city": "B"}, "contacts": [{"id": "7", "email": "b@x"}]},
        "yours": {"address": {"city": "C"}, "contacts": [{"id": "7", "email": "c@x"}]},
    }
