"""The order of what was found, and what is said to have matched."""

from __future__ import annotations

from services.clients.search.rules import KINDS, SearchHit, ordered
from shared.security.permissions import PERMISSIONS


def _found(kind: str, title: str, name: str | None = None) -> SearchHit:
    return SearchHit(kind, title, "c", "Client", title, None, name, {"title": title, "name": name})


def test_kinds_follow_each_other_and_keep_their_own_order() -> None:
    found = [_found("document", "d"), _found("client", "z"), _found("project", "p"),
             _found("client", "a"), _found("invoice", "i")]  # fmt: skip
    assert [one["title"] for one in ordered(found, "x")] == ["z", "a", "p", "i", "d"]


def test_the_very_number_comes_first_whatever_its_kind() -> None:
    found = [
        _found("client", "Inv"),
        _found("invoice", "a", "INV-10"),
        _found("invoice", "b", "Inv-1"),
    ]
    assert [one["title"] for one in ordered(found, "inv-1")] == ["b", "Inv", "a"]


def test_the_fields_in_which_a_word_begins_are_named() -> None:
    (hit,) = ordered([_found("project", "Señor bridge", "SB-1")], "senor sb")
    assert hit["matched"] == ["title", "name"]
    (hit,) = ordered([_found("project", "Harbour")], "bour")
    assert hit["matched"] == []


def test_every_kind_has_a_right_of_its_own() -> None:
    assert set(KINDS.values()) <= PERMISSIONS
    assert len(set(KINDS.values())) == len(KINDS)
