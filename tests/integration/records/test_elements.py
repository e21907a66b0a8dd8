"""Contacts and rates, one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories.clients import client_body, whole_client_body
from tests.integration.records.conftest import Caller

Logged = Callable[[dict[str, Any]], list[dict[str, Any]]]

CONTACT = {"name": "Li Wei", "email": "li@acme.example.com", "phone": None, "title": "COO"}
RATE = {"position": "Drafter", "regular_rate": "80.50"}


def _path(client: dict[str, Any], *parts: str) -> str:
    return "/".join([f"/v1/clients/{client['id']}", *parts])


def test_a_contact_is_added_changed_and_removed_each_as_a_version(
    api: Caller, logged: Logged
) -> None:
    made = api.create(client_body())
    added = api("POST", _path(made, "contacts"), CONTACT, expect=201, if_match=1)
    assert added.version == 2
    place = added.headers["Location"]
    assert place == _path(made, "contacts", added.body["id"])
    assert api("GET", place).body == added.body
    changed = api("PATCH", place, {"title": None, "roles": ["reports", "invoices"]}, expect=200)
    assert changed.version == 3
    assert changed.body == {**added.body, "title": None, "roles": ["invoices", "reports"]}
    assert api("PATCH", place, {"title": None}, expect=200).version == 3
    gone = api("DELETE", place, expect=204)
    assert gone.version == 4
    assert api("GET", place).body["code"] == "clients.contact_not_found"
    assert api("DELETE", place).status == 404
    assert [event["type"] for event in logged(made)[1:]] == [
        "clients.contact.added.v1",
        "clients.contact.updated.v1",
        "clients.contact.removed.v1",
    ]
    fields = [change["field"] for change in logged(made)[2]["data"]["changes"]]
    assert fields == ["title", "roles"]
    assert api.get(made)["version"] == 4


def test_a_rate_is_added_changed_and_removed_each_as_a_version(api: Caller, logged: Logged) -> None:
    made = api.create(client_body())
    added = api("POST", _path(made, "rates"), RATE, expect=201)
    assert added.body["regular_rate"] == "80.50"
    assert added.body["currency"] == "USD"
    place = added.headers["Location"]
    changed = api("PATCH", place, {"overtime_rate": "120", "regular_rate": "80.5000"}, expect=200)
    assert changed.body == {**added.body, "overtime_rate": "120.00"}
    listed = api("GET", _path(made, "rates"), expect=200)
    assert listed.body == {"data": [changed.body], "next": None}
    assert listed.version == 3
    assert api("DELETE", place, expect=204).version == 4
    assert api("PATCH", place, {}).body["code"] == "clients.rate_not_found"
    assert [event["type"] for event in logged(made)[1:]] == [
        "clients.rate.added.v1",
        "clients.rate.updated.v1",
        "clients.rate.removed.v1",
    ]


@pytest.mark.parametrize("part", ["contacts", "rates"])
def test_a_stale_precondition_is_honoured_where_it_is_sent(api: Caller, part: str) -> None:
    made = api.create(whole_client_body())
    body = CONTACT if part == "contacts" else RATE
    place = _path(made, part, made[part][0]["id"])
    assert api("POST", _path(made, part), body, if_match=7).status == 412
    assert api("PATCH", place, {}, if_match=7).status == 412
    assert api("DELETE", place, if_match=7).status == 412
    assert api.get(made) == made


def test_an_address_belongs_to_one_contact(api: Caller) -> None:
    made = api.create(client_body(contacts=[CONTACT]))
    path = _path(made, "contacts")
    again = api("POST", path, {"name": "Li", "email": "LI@acme.example.com"}, expect=422)
    assert again.errors == {"email": "duplicate"}
    second = api("POST", path, {"name": "Ana"}, expect=201).body
    clash = api("PATCH", f"{path}/{second['id']}", {"email": CONTACT["email"]}, expect=422)
    assert clash.errors == {"email": "duplicate"}


def test_a_contact_keeps_a_name_or_an_address(api: Caller) -> None:
    made = api.create(client_body(contacts=[{"name": "Ana"}]))
    place = _path(made, "contacts", made["contacts"][0]["id"])
    assert api("PATCH", place, {"name": " "}, expect=422).errors == {"": "required"}
    assert api("POST", _path(made, "contacts"), {"title": "CFO"}, expect=422).errors


def test_two_rates_of_one_position_never_hold_on_the_same_day(api: Caller) -> None:
    made = api.create(client_body())
    path = _path(made, "rates")
    first = {**RATE, "valid_from": "2026-01-01", "valid_until": "2026-06-30"}
    api("POST", path, first, expect=201)
    for wrong in (
        {},
        {"valid_from": "2026-06-30"},
        {"valid_until": "2026-01-01"},
        {"valid_from": "2026-02-01", "valid_until": "2026-03-01"},
        {"position": "DRAFTER"},
    ):
        assert api("POST", path, {**RATE, **wrong}, expect=422).errors == {"position": "overlap"}
    later = api("POST", path, {**RATE, "valid_from": "2026-07-01"}, expect=201).body
    clash = api("PATCH", f"{path}/{later['id']}", {"valid_from": "2026-05-01"}, expect=422)
    assert clash.errors == {"position": "overlap"}
    turned = api("POST", path, {**first, "valid_until": "2025-01-01"}, expect=422)
    assert turned.errors["valid_until"] == "before_start"
    api("POST", path, {**RATE, "position": "Senior Drafter"}, expect=201)


def test_a_hundred_contacts_and_two_hundred_rates_are_the_most(api: Caller) -> None:
    contacts = [{"name": f"Contact {n}"} for n in range(100)]
    rates = [{"position": f"Position {n}", "regular_rate": "1"} for n in range(200)]
    made = api.create(client_body(contacts=contacts, rates=rates))
    assert len(made["contacts"]) == 100
    assert [rate["position"] for rate in made["rates"]] == [rate["position"] for rate in rates]
    more = api("POST", _path(made, "contacts"), {"name": "One more"}, expect=422)
    assert more.errors == {"": "too_many"}
    assert api("POST", _path(made, "rates"), RATE, expect=422).errors == {"": "too_many"}
    body = client_body(contacts=[*contacts, {"name": "x"}], rates=[*rates, RATE])
    answer = api("POST", "/v1/clients", body, expect=422)
    assert answer.errors == {"contacts": "too_many", "rates": "too_many"}


def test_a_contact_made_primary_changes_places_and_loses_nobody(
    api: Caller, logged: Logged
) -> None:
    made = api.create(whole_client_body())
    ana = made["contacts"][0]
    path = _path(made, "contacts", ana["id"], "make-primary")
    answer = api("POST", path, {}, expect=200, if_match=1)
    assert answer.body["primary_contact"] == {k: ana[k] for k in ("name", "email", "phone")}
    kept, former = answer.body["contacts"]
    assert kept == ana
    assert former == {
        **made["primary_contact"],
        "id": former["id"],
        "title": None,
        "roles": [],
    }
    assert [event["type"] for event in logged(made)[1:]] == [
        "clients.client.updated.v1",
        "clients.contact.added.v1",
    ]
    assert api("POST", path, {}, expect=200).version == 3
    back = api("POST", _path(made, "contacts", former["id"], "make-primary"), {}, expect=200)
    assert back.body["primary_contact"] == made["primary_contact"]
    assert len(back.body["contacts"]) == 2


def test_a_primary_contact_needs_an_address(api: Caller) -> None:
    made = api.create(client_body(contacts=[{"name": "Ana"}]))
    path = _path(made, "contacts", made["contacts"][0]["id"], "make-primary")
    assert api("POST", path, {}, expect=422).errors == {"email": "required"}


def test_a_contact_of_another_client_or_workspace_is_not_found(api: Caller, other: Caller) -> None:
    made = api.create(whole_client_body())
    second = api.create(client_body())
    contact = made["contacts"][0]["id"]
    assert api("GET", _path(second, "contacts", contact)).status == 404
    assert api("PATCH", _path(second, "contacts", contact), {"title": "x"}).status == 404
    for path in (_path(made, "contacts"), _path(made, "rates")):
        assert other("GET", path).status == 404
    assert other("POST", _path(made, "contacts"), CONTACT).status == 404
    assert other("DELETE", _path(made, "contacts", contact)).status == 404


def test_a_phone_kept_as_typed_is_warned_of(api: Caller) -> None:
    made = api.create(client_body())
    answer = api("POST", _path(made, "contacts"), {"name": "Ana", "phone": "none"}, expect=201)
    assert answer.body["warnings"][0]["code"] == "phone_as_typed"
    assert answer.body["warnings"][0]["field"] == "phone"
