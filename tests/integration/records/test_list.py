"""The list: filters, words, orders, pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from services.clients.records.rules.search_text import all_begin_in
from tests.factories.clients import client_body, whole_client_body
from tests.integration.records.conftest import Caller


def _names(api: Caller, **query: Any) -> list[str]:
    found = api("GET", "/v1/clients", query=query, expect=200).body["data"]
    return [client["company_name"] for client in found]


@pytest.fixture
def three(api: Caller) -> None:
    """Three clients that differ in everything one can filter by."""
    api.create(whole_client_body())
    api.create(
        client_body(
            company_name="Brücke & Söhne",
            client_code="BRU",
            status="inactive",
            industry="Materials",
            company_size="1-10",
            primary_service_type="Design",
            compliance_requirements=["ISO 9001", "SOC 2"],
            primary_contact={"name": "Łucja Nowak", "email": "lucja@bruecke.example.com"},
            address={"city": "København", "country": "DK"},
        )
    )
    api.create(
        client_body(
            company_name="アクメ Ost",
            client_code="OST",
            status="pending",
            industry="Materials",
            primary_contact={"email": "info@ost.example.com"},
            contacts=[{"name": "Jörg Öst", "email": "joerg.o@ost.example.com"}],
        )
    )


ACME, BRIDGE, OST = "Acme Machines", "Brücke & Söhne", "アクメ Ost"

FILTERED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [ACME, BRIDGE, OST]),
    ({"status": "inactive"}, [BRIDGE]),
    ({"status": ["inactive", "pending"]}, [BRIDGE, OST]),
    ({"industry": "Materials", "status": "pending"}, [OST]),
    ({"company_size": ["1-10", "51-200"]}, [ACME, BRIDGE]),
    ({"primary_service_type": "Design"}, [BRIDGE]),
    ({"compliance": "iso 9001"}, [ACME, BRIDGE]),
    ({"compliance": ["ISO 9001", "SOC 2"]}, [BRIDGE]),
    ({"compliance": "ISO"}, []),
    ({"industry": "Energy"}, []),
    ({"compliance": "ISO 9001", "q": "acm", "status": "active"}, [ACME]),
]


@pytest.mark.usefixtures("three")
def test_filters_narrow_the_list(api: Caller) -> None:
    for query, expected in FILTERED:
        assert _names(api, **query) == expected, query


SEARCHED = {
    "acm": [ACME],
    "mach": [ACME],
    "MACHINES acme": [ACME],
    "cme": [],
    "bru": [BRIDGE],
    "brücke SÖH": [BRIDGE],
    "sohne": [BRIDGE],
    "lucja": [BRIDGE],
    "Łucja": [BRIDGE],
    "kobenhavn": [BRIDGE],
    "jo": [ACME, OST],
    "jorg": [OST],
    "joerg.o@ost": [OST],
    "アク": [OST],
    "ost": [OST],
    "ana@acme": [ACME],
    "55101": [ACME],
    "6789": [ACME],
    "ramsey": [ACME],
    "iso": [],
    "%": [],
    "'; --": [],
    "\\": [],
    "&|!():*": [],
    " ": [ACME, BRIDGE, OST],
}


@pytest.mark.usefixtures("three", "way")
def test_a_search_finds_words_by_their_beginnings(api: Caller) -> None:
    assert {q: _names(api, q=q) for q in SEARCHED} == SEARCHED


def test_a_search_follows_every_change(api: Caller) -> None:
    made = api.create(client_body())
    changed = api.patch(made, {"company_name": "Zenith", "client_code": "ZEN"}).body
    assert _names(api, q="acme machines") == []
    assert _names(api, q="zen") == ["Zenith"]
    path = f"/v1/clients/{made['id']}/contacts"
    contact = api("POST", path, {"name": "Ana Ruiz"}, expect=201).body
    assert _names(api, q="ruiz") == ["Zenith"]
    api("PATCH", f"{path}/{contact['id']}", {"name": "Ana Sanz"}, expect=200)
    assert _names(api, q="ruiz") == []
    assert _names(api, q="sanz") == ["Zenith"]
    api("DELETE", f"{path}/{contact['id']}", expect=204)
    assert _names(api, q="sanz") == []
    now = api.get(made)
    assert changed["company_name"] == "Zenith"
    api.patch(now, {"compliance_requirements": ["OSHA"], "tax_id": "12-3456789"})
    assert _names(api, compliance="OSHA", q="6789") == ["Zenith"]


def test_a_search_stays_in_its_workspace(api: Caller, other: Caller) -> None:
    api.create(client_body())
    other.create(client_body())
    found = api("GET", "/v1/clients", query={"q": "acme"}, expect=200).body["data"]
    assert len(found) == 1
    assert api.get(found[0])["id"] == found[0]["id"]


def test_a_list_holds_the_record_without_its_long_parts(api: Caller) -> None:
    made = api.create(whole_client_body())
    (listed,) = api("GET", "/v1/clients", expect=200).body["data"]
    left_out = {"contacts", "rates", "current_systems", "technical_requirements"}
    assert listed == {name: value for name, value in made.items() if name not in left_out}


@pytest.mark.parametrize("sort", ["company_name", "client_code", "created_at", "updated_at"])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_client_once_in_order(api: Caller, sort: str, descending: bool) -> None:
    names = [f"{random.Random(n).choice('abc')} {n % 3}" for n in range(23)]
    made = [api.create(client_body(company_name=name)) for name in names]
    api.patch(made[7], {"client_code": None})
    seen, pages = [], 0
    query: dict[str, Any] | None = {"sort": f"-{sort}" if descending else sort, "limit": 5}
    while query is not None:
        page = api("GET", "/v1/clients", query=query, expect=200).body
        seen += page["data"]
        query = {**query, "cursor": page["next"]} if page["next"] else None
        pages += 1
    assert pages == 5
    assert sorted(client["id"] for client in seen) == sorted(client["id"] for client in made)
    keys = [client[sort] or "~" for client in seen]
    assert all(a >= b if descending else a <= b for a, b in pairwise(keys))


@pytest.mark.usefixtures("way")
def test_pages_of_a_search_hold_every_match_once(api: Caller) -> None:
    for n in range(12):
        api.create(client_body(company_name=f"{'Zenith' if n % 2 else 'Other'} {n}"))
    query = {"q": "zen", "limit": 4, "sort": "-created_at", "status": "active"}
    first = api("GET", "/v1/clients", query=query, expect=200).body
    second = api("GET", "/v1/clients", query={**query, "cursor": first["next"]}, expect=200).body
    names = [client["company_name"] for client in first["data"] + second["data"]]
    assert names == [f"Zenith {n}" for n in (11, 9, 7, 5, 3, 1)]
    assert second["next"] is None


@pytest.mark.parametrize("sort", ["company_name", "-company_name"])
@pytest.mark.usefixtures("way")
def test_what_a_search_finds_is_what_its_words_say(api: Caller, sort: str) -> None:
    """Names of two letters have much in common, so a client often has several words that begin
    as one typed does."""
    chance = random.Random(sort)
    texts = {}
    for name in {_jumble(chance, 4, 5) for _ in range(40)}:
        contact = {"email": f"{name.split()[0]}@x.example.com"}
        made = api.create(client_body(company_name=name, primary_contact=contact))
        texts[name] = f"{name} {made['client_code']}"
    for _ in range(25):
        typed = _jumble(chance, 3, 3)
        found = list(_walk(api, q=typed, sort=sort, limit=7))
        matching = sorted(name for name, text in texts.items() if all_begin_in(typed, text))
        assert found == (matching if sort == "company_name" else matching[::-1]), typed


def _jumble(chance: random.Random, words: int, letters: int) -> str:
    lengths = (chance.randint(1, letters) for _ in range(chance.randint(1, words)))
    return " ".join("".join(chance.choice("zy") for _ in range(length)) for length in lengths)


def _walk(api: Caller, **query: Any) -> Iterator[str]:
    """The names on all pages."""
    while True:
        page = api("GET", "/v1/clients", query=query, expect=200).body
        yield from (client["company_name"] for client in page["data"])
        if page["next"] is None:
            return
        query["cursor"] = page["next"]


def test_a_client_made_meanwhile_moves_no_page(api: Caller) -> None:
    for name in ("b", "d", "f", "h"):
        api.create(client_body(company_name=name))
    first = api("GET", "/v1/clients", query={"limit": 2}, expect=200).body
    api.create(client_body(company_name="a"))
    api.create(client_body(company_name="e"))
    assert _names(api, limit=5, cursor=first["next"]) == ["e", "f", "h"]


WRONG: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"limit": 0}, {"limit": "invalid"}),
    ({"limit": 201}, {"limit": "invalid"}),
    ({"limit": "many"}, {"limit": "wrong_type"}),
    ({"status": "gone"}, {"status[0]": "not_a_choice"}),
    ({"sort": "phone"}, {"sort": "not_a_choice"}),
    ({"colour": "red"}, {"colour": "unknown_field"}),
    ({"cursor": "AAAA"}, {"cursor": "invalid_cursor"}),
    ({"cursor": "ÄÖÜ"}, {"cursor": "invalid_cursor"}),
    ({"q": "a\0b"}, {"q": "nul_character"}),
]


def test_a_wrong_query_is_told_by_field(api: Caller) -> None:
    for query, errors in WRONG:
        answer = api("GET", "/v1/clients", query=query, expect=422)
        assert answer.errors.keys() == errors.keys(), query
        assert "invalid" in errors.values() or answer.errors == errors


def test_a_cursor_belongs_to_the_list_it_came_from(api: Caller, other: Caller) -> None:
    for n in range(3):
        api.create(client_body(company_name=f"Acme {n}"))
    cursor = api("GET", "/v1/clients", query={"limit": 1}, expect=200).body["next"]
    for query in ({"sort": "-company_name"}, {"q": "acme"}, {"status": "active"}):
        answer = api("GET", "/v1/clients", query={**query, "cursor": cursor})
        assert answer.errors == {"cursor": "invalid_cursor"}
    assert other("GET", "/v1/clients", query={"cursor": cursor, "limit": 1}).body["data"] == []


def test_one_workspace_never_lists_another(api: Caller, other: Caller) -> None:
    api.create(client_body())
    assert _names(other) == []
    assert _names(other, q="acme") == []
    other.create(client_body(company_name="Acme Other"))
    assert _names(other, q="acme") == ["Acme Other"]
    assert _names(api, q="acme") == ["Acme Machines"]
