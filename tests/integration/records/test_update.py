"""Changing a client: merge patches, versions, preconditions, events."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from threading import Barrier, Thread
from typing import Any

import pytest

from tests.factories.clients import client_body, whole_client_body
from tests.integration.records.conftest import Answered, Caller

Logged = Callable[[dict[str, Any]], list[dict[str, Any]]]


def test_a_patch_changes_what_it_names_and_leaves_the_rest(api: Caller) -> None:
    made = api.create(whole_client_body())
    answer = api.patch(made, {"company_name": "Acme Works", "address": {"city": "Duluth"}})
    assert answer.status == 200
    assert answer.version == answer.body["version"] == 2
    expected = {
        **made,
        "company_name": "Acme Works",
        "address": {**made["address"], "city": "Duluth"},
        "version": 2,
        "updated_at": answer.body["updated_at"],
    }
    assert answer.body == expected == api.get(made)
    assert answer.body["updated_at"] > made["updated_at"]


def test_the_event_tells_each_change_with_its_path_and_the_client_after_it(
    api: Caller, logged: Logged
) -> None:
    made = api.create(whole_client_body())
    api.patch(
        made,
        {
            "company_name": "Acme Works",
            "primary_contact": {"phone": "+1 651 555 0199"},
            "address": {"county": None},
            "settings": {"auto_invoicing": True},
            "compliance_requirements": ["OSHA"],
            "tax_id": "98-7654321",
        },
    )
    _created, event = logged(made)
    assert event["type"] == "clients.client.updated.v1"
    assert event["version"] == 2
    changes = {c["field"]: (c["before"], c["after"]) for c in event["data"]["changes"]}
    assert changes == {
        "company_name": ("Acme Machines", "Acme Works"),
        "primary_contact.phone": ("+16515550100", "+16515550199"),
        "address.county": ("Ramsey", None),
        "settings.auto_invoicing": (False, True),
        "compliance_requirements": (["ISO 9001", "OSHA"], ["OSHA"]),
        "tax_id": ("hidden", "hidden"),
    }
    snapshot = event["data"]["client"]
    assert snapshot["company_name"] == "Acme Works"
    assert snapshot["version"] == 2
    assert "7654321" not in str(event["data"])


def test_a_long_text_before_is_told_by_its_length_and_hash(api: Caller, logged: Logged) -> None:
    long = "Line 4\n" * 1_000
    made = api.create(client_body(current_systems=long))
    api.patch(made, {"current_systems": "none"})
    (change,) = logged(made)[1]["data"]["changes"]
    stored = long.strip()
    assert change["before"] == {
        "sha256": sha256(stored.encode()).hexdigest(),
        "length": len(stored),
    }
    assert change["after"] == "none"


def test_null_empties_and_falls_back_to_what_a_new_client_has(api: Caller) -> None:
    made = api.create(
        whole_client_body(settings={"email_notifications": False, "auto_invoicing": True})
    )
    empty = dict.fromkeys(
        (
            "website",
            "industry",
            "company_size",
            "annual_revenue",
            "tax_id",
            "primary_service_type",
            "current_systems",
            "compliance_requirements",
            "contacts",
            "rates",
            "settings",
            "address",
        )
    )
    after = api.patch(made, {**empty, "primary_contact": {"name": None, "phone": None}}).body
    bare = api.create(client_body(primary_contact=made["primary_contact"] | {"phone": None}))
    for name in [*empty]:
        assert after[name] == bare[name]
    assert after["primary_contact"] == {**bare["primary_contact"], "name": None}


@pytest.mark.parametrize(
    "body",
    [
        {"company_name": None},
        {"status": None},
        {"primary_contact": None},
        {"primary_contact": {"email": None}},
        {"primary_contact": {"email": ""}},
        {"id": "01a2"},
        {"version": 7},
        {"contacts": {}},
        {"settings": []},
    ],
)
def test_what_must_be_there_cannot_be_emptied_and_what_is_ours_cannot_be_set(
    api: Caller, body: dict[str, Any]
) -> None:
    made = api.create(client_body())
    answer = api.patch(made, body)
    assert answer.status == 422
    assert answer.errors
    assert api.get(made) == made


@pytest.mark.parametrize("sent_back", [False, True])
def test_a_change_without_effect_makes_no_version_and_no_event(
    api: Caller, logged: Logged, sent_back: bool
) -> None:
    made = api.create(whole_client_body())
    body = whole_client_body() if sent_back else {}
    body.pop("contacts", None)
    body.pop("rates", None)
    if sent_back:
        body["contacts"], body["rates"] = made["contacts"], made["rates"]
    answer = api.patch(made, body)
    assert answer.status == 200
    assert answer.version == 1
    assert answer.body == made
    assert len(logged(made)) == 1


def test_a_patch_must_say_which_version_it_is_meant_for(api: Caller) -> None:
    made = api.create(client_body())
    answer = api("PATCH", f"/v1/clients/{made['id']}", {"industry": "Energy"}, expect=428)
    assert answer.body["code"] == "if_match_required"
    api(
        "PATCH",
        f"/v1/clients/{made['id']}",
        {"industry": "Energy"},
        headers={"If-Match": "*"},
        expect=200,
    )


def test_of_many_who_change_one_field_of_a_version_one_succeeds(
    api: Caller, logged: Logged
) -> None:
    made = api.create(client_body())
    answers: list[Answered] = []
    barrier = Barrier(6)

    def change(n: int) -> None:
        barrier.wait()
        answers.append(api.patch(made, {"company_name": f"Acme {n}"}))

    _run([Thread(target=change, args=(n,)) for n in range(6)])
    assert sorted(answer.status for answer in answers) == [200] + [412] * 5
    assert [event["version"] for event in logged(made)] == [1, 2]


def test_changes_at_once_without_precondition_all_count_in_one_order(
    api: Caller, logged: Logged
) -> None:
    made = api.create(client_body())
    path = f"/v1/clients/{made['id']}"
    barrier = Barrier(6)

    def add(n: int) -> None:
        barrier.wait()
        api("POST", f"{path}/contacts", {"name": f"Contact {n}"}, expect=201)
        api("POST", f"{path}/rates", {"position": f"P{n}", "regular_rate": "1"}, expect=201)

    _run([Thread(target=add, args=(n,)) for n in range(6)])
    now = api.get(made)
    assert now["version"] == 13
    assert len(now["contacts"]) == len(now["rates"]) == 6
    assert [event["version"] for event in logged(made)] == list(range(1, 14))


def _run(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_each_element_of_a_replaced_list_that_differs_is_an_event_and_a_version(
    api: Caller, logged: Logged
) -> None:
    people = [{"name": name, "email": f"{name}@acme.example.com"} for name in ("ana", "li", "omar")]
    made = api.create(client_body(contacts=people))
    ana, li, omar = made["contacts"]
    answer = api.patch(
        made,
        {
            "status": "pending",
            "industry": "Energy",
            "contacts": [
                omar,
                {"id": ana["id"], "title": "CFO", "email": li["email"]},
                {"name": "Zoe"},
            ],
            "rates": [{"position": "Engineer", "regular_rate": 90}],
        },
    )
    assert answer.status == 200
    assert answer.version == 7
    assert [(event["type"], event["version"]) for event in logged(made)[1:]] == [
        ("clients.client.updated.v1", 2),
        ("clients.client.status_changed.v1", 3),
        ("clients.contact.removed.v1", 4),
        ("clients.contact.updated.v1", 5),
        ("clients.contact.added.v1", 6),
        ("clients.rate.added.v1", 7),
    ]
    updated, changed, removed, second, added, _rate = (e["data"] for e in logged(made)[1:])
    assert updated["client"]["status"] == "active"
    assert updated["client"]["version"] == 2
    assert changed["client"]["status"] == "pending"
    assert removed["contact"]["id"] == li["id"]
    assert second["contact"] == {**ana, "title": "CFO", "email": li["email"]}
    assert added["contact"]["name"] == "Zoe"
    names = [contact["name"] for contact in answer.body["contacts"]]
    assert names == ["ana", "omar", "Zoe"]
    assert answer.body == api.get(made)


def test_an_element_of_another_client_or_sent_twice_is_refused(api: Caller) -> None:
    stranger = api.create(client_body(contacts=[{"name": "Stranger"}]))
    made = api.create(client_body(contacts=[{"name": "Ana"}]))
    ana = made["contacts"][0]
    body = {"contacts": [stranger["contacts"][0], ana, {"id": ana["id"]}, {"id": "no uuid"}]}
    answer = api.patch(made, body)
    assert answer.errors == {
        "contacts[0].id": "unknown_id",
        "contacts[2].id": "duplicate",
        "contacts[3].id": "wrong_type",
    }


def test_every_wrong_field_of_a_patch_is_named_at_once(api: Caller) -> None:
    api.create(client_body(company_name="AES Corporation", client_code="AES"))
    made = api.create(whole_client_body())
    answer = api.patch(
        made,
        {
            "client_code": "AES",
            "website": "acme",
            "tax_id": "00-0000000",
            "primary_contact": {"email": "x"},
            "rates": [{"position": "A", "regular_rate": "1"}] * 2,
        },
    )
    assert answer.errors == {
        "client_code": "taken",
        "website": "invalid_url",
        "tax_id": "invalid_tax_id",
        "primary_contact.email": "invalid_email",
        "rates[1].position": "overlap",
    }
    assert api.get(made) == made


def test_a_tax_number_is_read_by_the_country_the_client_will_have(api: Caller) -> None:
    made = api.create(whole_client_body())
    german = {"tax_id": "DE136695976"}
    assert api.patch(made, german).errors == {"tax_id": "invalid_tax_id"}
    moved = api.patch(made, {**german, "address": {"country": "DE"}})
    assert moved.body["tax_id"] == "136695976"


def test_a_client_that_is_not_there_is_not_found_whatever_is_sent(
    api: Caller, other: Caller
) -> None:
    made = api.create(client_body())
    for path in (f"/v1/clients/{made['id']}", "/v1/clients/01a20697-0a9d-774a-b378-080cb3df055a"):
        assert other("GET", path).status == 404
        answer = other("PATCH", path, {"company_name": ""}, if_match=1)
        assert answer.status == 404
        assert answer.body["code"] == "clients.not_found"
        assert other("PUT", f"{path}/status", {"status": "active"}).status == 404
    assert api("GET", "/v1/clients/not-a-uuid").status == 404


def test_a_change_of_status_is_an_event_with_its_reason(api: Caller, logged: Logged) -> None:
    made = api.create(client_body())
    path = f"/v1/clients/{made['id']}/status"
    answer = api("PUT", path, {"status": "inactive", "reason": "Moved away"}, expect=200)
    assert answer.body["status"] == "inactive"
    assert answer.version == 2
    event = logged(made)[1]
    assert event["type"] == "clients.client.status_changed.v1"
    assert event["data"]["reason"] == "Moved away"
    assert event["data"]["changes"] == [
        {"field": "status", "before": "active", "after": "inactive"}
    ]
    again = api("PUT", path, {"status": "inactive", "reason": "Again"}, expect=200)
    assert again.version == 2
    assert len(logged(made)) == 2
    assert api("PUT", path, {"status": "active"}, if_match=1).status == 412
    assert api("PUT", path, {"status": "gone"}).errors == {"status": "not_a_choice"}
    assert api("PUT", path, {}).errors == {"status": "required"}


def test_of_many_who_become_the_internal_client_at_once_one_does(api: Caller) -> None:
    made = [api.create(client_body(company_name=f"Acme {n}")) for n in range(4)]
    statuses: list[int] = []
    barrier = Barrier(len(made))

    def become(client: dict[str, Any]) -> None:
        barrier.wait()
        statuses.append(api.patch(client, {"settings": {"internal": True}}).status)

    _run([Thread(target=become, args=(client,)) for client in made])
    assert sorted(statuses) == [200, 409, 409, 409]
    assert sum(api.get(client)["settings"]["internal"] for client in made) == 1
