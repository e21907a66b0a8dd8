"""A change that was meant for an older version: merged, or refused with all three sides."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from services.clients.access.operations.people import create_user
from services.clients.custom_fields.operations import add_field
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.clients import client_body, whole_client_body
from tests.integration.records.conftest import Answered, Caller

Logged = Callable[[dict[str, Any]], list[dict[str, Any]]]


def test_changes_of_different_fields_are_merged(api: Caller, logged: Logged) -> None:
    made = api.create(whole_client_body())
    api.patch(made, {"industry": "Energy", "address": {"city": "Duluth"}})
    answer = api.patch(made, {"company_name": "Acme Works", "address": {"street": "2 Main St"}})
    assert answer.status == 200
    assert answer.version == 3
    assert answer.body["industry"] == "Energy"
    assert answer.body["company_name"] == "Acme Works"
    assert answer.body["address"]["city"] == "Duluth"
    assert answer.body["address"]["street"] == "2 Main St"
    assert [event["version"] for event in logged(made)] == [1, 2, 3]


def test_a_whole_form_that_comes_late_changes_only_what_its_maker_changed(api: Caller) -> None:
    made = api.create(whole_client_body())
    api.patch(made, {"industry": "Energy", "settings": {"auto_invoicing": True}})
    form = {
        name: value
        for name, value in made.items()
        if name not in {"id", "version", "created_at", "updated_at", "owner"}
    }
    answer = api.patch(made, {**form, "website": "https://acme.example.org"})
    assert answer.status == 200
    assert answer.body["industry"] == "Energy"
    assert answer.body["settings"]["auto_invoicing"] is True
    assert answer.body["website"] == "https://acme.example.org"


def test_an_overlap_is_refused_with_all_three_sides_of_it(api: Caller, logged: Logged) -> None:
    made = api.create(whole_client_body())
    api.patch(made, {"industry": "Energy", "company_size": "500+", "address": {"city": "Duluth"}})
    yours = {"industry": "Utilities", "website": None, "address": {"city": "Paris"}}
    answer = api.patch(made, yours)
    assert (answer.status, answer.body["code"]) == (412, "clients.stale_version")
    assert answer.body["version"] == 2
    assert answer.body["base"] == {"industry": "Industrials", "address": {"city": "Saint Paul"}}
    assert answer.body["theirs"] == {"industry": "Energy", "address": {"city": "Duluth"}}
    assert answer.body["yours"] == {"industry": "Utilities", "address": {"city": "Paris"}}
    assert answer.errors == {"industry": "changed", "address.city": "changed"}
    assert len(logged(made)) == 2


def test_the_same_change_twice_is_no_overlap_and_no_version(api: Caller, logged: Logged) -> None:
    made = api.create(client_body())
    api.patch(made, {"industry": "Energy"})
    answer = api.patch(made, {"industry": "Energy"})
    assert (answer.status, answer.version) == (200, 2)
    assert len(logged(made)) == 2


def test_of_a_tax_number_both_sides_are_hidden(api: Caller) -> None:
    made = api.create(whole_client_body())
    api.patch(made, {"tax_id": "98-7654321"})
    answer = api.patch(made, {"tax_id": "11-1111111"})
    assert answer.status == 412
    hidden = {"tax_id": "hidden"}
    assert [answer.body[side] for side in ("base", "theirs", "yours")] == [hidden] * 3
    assert "1111111" not in str(answer.body)


def test_a_tax_number_is_changed_beside_other_fields(api: Caller) -> None:
    made = api.create(whole_client_body())
    api.patch(made, {"industry": "Energy"})
    answer = api.patch(made, {"tax_id": "98-7654321"})
    assert (answer.status, answer.body["tax_id"]) == (200, "98-7654321")


def test_a_mask_of_a_number_that_was_changed_since_changes_nothing(
    api: Caller, caller: Callable[..., Caller]
) -> None:
    made = api.create(whole_client_body())
    clerk = caller("clients.view", "clients.update")
    shown = clerk.get(made)
    api.patch(made, {"tax_id": "98-7654321"})
    answer = clerk.patch(shown, {"tax_id": shown["tax_id"], "industry": "Energy"})
    assert (answer.status, api.get(made)["tax_id"]) == (200, "98-7654321")


def test_lists_are_merged_element_by_element(api: Caller) -> None:
    ana, bob = {"name": "Ana", "title": "CFO"}, {"name": "Bob", "title": "CEO"}
    made = api.create(client_body(contacts=[ana, bob]))
    one, two = made["contacts"]
    theirs = [{"id": one["id"], "title": "COO"}, {"id": two["id"]}, {"name": "Cy"}]
    api.patch(made, {"contacts": theirs})
    yours = [{**one, "name": "Anna"}, {"name": "Dee"}]
    answer = api.patch(made, {"contacts": yours})
    assert answer.status == 200
    found = [(contact["name"], contact["title"]) for contact in answer.body["contacts"]]
    assert found == [("Anna", "COO"), ("Cy", None), ("Dee", None)]


def test_elements_that_overlap_are_told_by_their_id(api: Caller) -> None:
    made = api.create(client_body(contacts=[{"name": "Ana"}, {"name": "Bob"}]))
    one, two = made["contacts"]
    api.patch(made, {"contacts": [{"id": one["id"], "name": "Anna"}]})
    answer = api.patch(made, {"contacts": [{"id": two["id"], "title": "CEO"}]})
    assert answer.status == 412
    by_id = {contact["id"]: contact for contact in answer.body["base"]["contacts"]}
    assert set(by_id) == {one["id"], two["id"]}
    (theirs,) = answer.body["theirs"]["contacts"]
    assert (theirs["id"], theirs["name"]) == (one["id"], "Anna")
    assert answer.body["yours"]["contacts"] == [{"id": two["id"], "title": "CEO"}]
    assert answer.errors["contacts[0]"] == "changed"


def test_wrong_values_of_a_merged_list_are_named_where_they_were_sent(api: Caller) -> None:
    made = api.create(client_body(contacts=[{"name": "Ana"}, {"name": "Bob", "email": "b@x.org"}]))
    one, two = made["contacts"]
    api.patch(made, {"contacts": [two]})
    answer = api.patch(made, {"contacts": [one, two, {"email": "b@x.org"}]})
    assert (answer.status, answer.errors) == (422, {"contacts[2].email": "duplicate"})


@pytest.mark.parametrize("version", [0, 2, 99, "x"])
def test_a_version_that_never_was_is_refused(api: Caller, version: Any) -> None:
    made = api.create(client_body())
    path = f"/v1/clients/{made['id']}"
    answer = api("PATCH", path, {"industry": "Energy"}, if_match=version, expect=412)
    assert answer.body["base"] is None
    assert answer.body["theirs"]["company_name"] == "Acme Machines"
    assert answer.body["yours"] == {"industry": "Energy"}
    api("PUT", f"{path}/status", {"status": "pending"}, if_match=version, expect=412)
    api("POST", f"{path}/contacts", {"name": "Ana"}, if_match=version, expect=412)


def test_a_status_is_merged_with_other_changes_and_not_with_another_status(api: Caller) -> None:
    made = api.create(client_body())
    path = f"/v1/clients/{made['id']}/status"
    api.patch(made, {"industry": "Energy"})
    api("PUT", path, {"status": "pending"}, if_match=1, expect=200)
    answer = api("PUT", path, {"status": "inactive"}, if_match=1, expect=412)
    assert [answer.body[side] for side in ("base", "theirs", "yours")] == [
        {"status": "active"},
        {"status": "pending"},
        {"status": "inactive"},
    ]


@pytest.mark.parametrize(
    ("kind", "first", "second", "third"),
    [
        ("contacts", {"name": "Ana"}, {"title": "CFO"}, {"title": "CEO"}),
        (
            "rates",
            {"position": "Engineer", "regular_rate": "100.00"},
            {"regular_rate": "110.00"},
            {"regular_rate": "120.00"},
        ),
    ],
)
def test_elements_one_by_one_are_merged_or_refused_likewise(
    api: Caller, kind: str, first: Any, second: Any, third: Any
) -> None:
    made = api.create(client_body(**{kind: [first]}))
    (element,) = made[kind]
    path = f"/v1/clients/{made['id']}/{kind}"
    one = f"{path}/{element['id']}"
    api.patch(made, {"industry": "Energy"})
    api("PATCH", one, second, if_match=1, expect=200)
    answer = api("PATCH", one, third, if_match=1, expect=412)
    assert answer.body["theirs"] == {kind: [{"id": element["id"], **second}]}
    assert answer.body["yours"] == {kind: [{"id": element["id"], **third}]}
    api("DELETE", one, if_match=1, expect=412)
    api("DELETE", one, if_match=3, expect=204)


def test_a_contact_is_made_primary_as_it_was_read(api: Caller) -> None:
    made = api.create(client_body(contacts=[{"name": "Ana", "email": "ana@acme.example.com"}]))
    path = f"/v1/clients/{made['id']}/contacts/{made['contacts'][0]['id']}"
    api("PATCH", path, {"email": "other@acme.example.com"}, expect=200)
    api("POST", f"{path}/make-primary", if_match=1, expect=412)
    answer = api("POST", f"{path}/make-primary", if_match=2, expect=200)
    assert answer.body["primary_contact"]["email"] == "other@acme.example.com"


def test_many_who_edit_different_fields_of_one_version_at_once_all_count(
    api: Caller, logged: Logged
) -> None:
    made = api.create(client_body())
    changes: list[dict[str, Any]] = [
        {"industry": "Energy"},
        {"company_name": "Acme Works"},
        {"website": "https://acme.example.org"},
        {"address": {"city": "Paris"}},
        {"address": {"street": "1 Main St"}},
        {"contacts": [{"name": "Ana"}]},
    ]
    answers: list[Answered] = []
    barrier = Barrier(len(changes))

    def change(body: dict[str, Any]) -> None:
        barrier.wait()
        answers.append(api.patch(made, body))

    threads = [Thread(target=change, args=(body,)) for body in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [200] * len(changes)
    now = api.get(made)
    assert now["version"] == len(changes) + 1
    assert (now["industry"], now["company_name"]) == ("Energy", "Acme Works")
    assert (now["address"]["city"], now["address"]["street"]) == ("Paris", "1 Main St")
    assert [contact["name"] for contact in now["contacts"]] == ["Ana"]
    assert [event["version"] for event in logged(made)] == list(range(1, len(changes) + 2))


def test_own_fields_tags_and_owner_are_merged_like_the_rest(
    api: Caller, runtime: Runtime, origin: Origin
) -> None:
    with runtime.unit_of_work(origin) as uow:
        for key in ("seats", "desks"):
            add_field(uow, {"key": key, "label": key.title(), "type": "number"})
        user = create_user(uow, "ann@north.example.com", "Ann", "p" * 12, "member", time_cost=1)
    made = api.create(client_body(tags=["vip"], custom_fields={"seats": 1, "desks": 1}))
    api.patch(made, {"custom_fields": {"seats": 2}, "owner_id": str(user.id)})
    merged = api.patch(made, {"custom_fields": {"desks": 3}, "tags": ["vip", "net 60"]})
    assert (merged.status, merged.body["tags"]) == (200, ["vip", "net 60"])
    assert merged.body["custom_fields"] == {"seats": 2, "desks": 3}
    assert merged.body["owner"]["name"] == "Ann"
    refused = api.patch(made, {"custom_fields": {"seats": 7, "desks": 1}, "owner_id": None})
    assert refused.status == 412
    assert refused.body["base"] == {"custom_fields": {"seats": 1}}
    assert refused.body["theirs"] == {"custom_fields": {"seats": 2}}
    assert refused.body["yours"] == {"custom_fields": {"seats": 7}}
