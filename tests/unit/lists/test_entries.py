"""Lists stay lists, whatever is done to them: names unique, nothing lost, names still meant."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.lists.models import LISTS
from services.clients.lists.rules.defaults import default_entries
from services.clients.lists.rules.entries import (
    MAX_ENTRIES,
    Entries,
    Entry,
    Refused,
    added,
    by_name,
    changed,
)
from shared.values.folding import caseless

_NAMES = st.sampled_from(["Fish", "FISH", "Food", "Straße", "STRASSE", "食品", "Ｆｏｏｄ"])
_STEPS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.fixed_dictionaries(
            {}, optional={"name": _NAMES, "retired": st.booleans(), "position": st.integers(0, 6)}
        ),
    ),
    max_size=20,
)


def _list(*names: str) -> Entries:
    return tuple(Entry(name, name) for name in names)


@given(_STEPS)
def test_names_stay_unique_and_every_name_means_one_entry(steps: Any) -> None:
    entries: Entries = ()
    numbers = count()
    for place, changes in steps:
        with suppress(Refused):
            if place < len(entries):
                entries = changed(entries, entries[place], changes)
            elif "name" in changes:
                entry = Entry(str(next(numbers)), changes["name"])
                entries = added(entries, entry, changes.get("position"))
        keys = [caseless(entry.name) for entry in entries]
        assert len(keys) == len(set(keys))
        meant = by_name(entries)
        assert all(meant[caseless(entry.name)] is entry for entry in entries)
        former = {(caseless(name), entry.id) for entry in entries for name in entry.former_names}
        assert len(former) == len({name for name, _owner in former})
        assert len({entry.id for entry in entries}) == len(entries)


def test_a_renamed_entry_is_still_meant_by_its_former_name() -> None:
    (entry,) = changed(_list("Machines"), Entry("Machines", "Machines"), {"name": "Machinery"})
    assert by_name([entry])["machines"] == entry
    assert entry.names == ("Machinery", "Machines")


def test_a_name_given_anew_is_nobodys_former_name() -> None:
    entries = changed(_list("Machines"), Entry("Machines", "Machines"), {"name": "Machinery"})
    entries = added(entries, Entry("2", "machines"), None)
    assert [entry.former_names for entry in entries] == [(), ()]
    assert by_name(entries)["machines"].id == "2"


def test_renaming_back_forgets_nothing_in_between() -> None:
    entries = changed(_list("A"), Entry("A", "A"), {"name": "B"})
    (entry,) = changed(entries, entries[0], {"name": "A"})
    assert (entry.name, entry.former_names) == ("A", ("B",))


@pytest.mark.parametrize(("to", "order"), [(0, "CAB"), (1, "ACB"), (2, "ABC"), (99, "ABC")])
def test_an_entry_is_moved_and_the_others_make_room(to: int, order: str) -> None:
    entries = _list("A", "B", "C")
    moved = changed(entries, entries[2], {"position": to})
    assert "".join(entry.name for entry in moved) == order


def test_a_list_does_not_grow_without_end() -> None:
    full = _list(*(str(n) for n in range(MAX_ENTRIES)))
    with pytest.raises(Refused, match="at most"):
        added(full, Entry("one more", "one more"), None)


@pytest.mark.parametrize("name", LISTS)
def test_default_lists_hold_each_name_once(name: str) -> None:
    entries = default_entries(name)
    assert len(by_name(entries)) == len({entry.id for entry in entries}) == len(entries) > 3
