"""Tags, the workspace's own fields, and who looks after a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.clients.access.operations.people import create_user
from services.clients.custom_fields.operations import add_field, update_field
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.clients import client_body
from tests.integration.records.conftest import Caller

Logged = Callable[[dict[str, Any]], list[dict[str, Any]]]

FIELDS = (
    {"key": "tier", "label": "Tier", "type": "choice", "choices": ["Gold", "Silver"]},
    {"key": "regions", "label": "Regions", "type": "multi_choice", "choices": ["North", "South"]},
    {"key": "note", "label": "Note", "type": "text"},
    {"key": "seats", "label": "Seats", "type": "number"},
    {"key": "since", "label": "Since", "type": "date"},
    {"key": "insured", "label": "Insured", "type": "boolean"},
    {"key": "wiki", "label": "Wiki", "type": "url"},
    {"key": "billing", "label": "Billing", "type": "email"},
)
VALUES = {
    "tier": "Gold",
    "regions": ["North", "South"],
    "note": "Knows Quercus",
    "seats": 12.5,
    "since": "2026-07-31",
    "insured": True,
    "wiki": "https://wiki.acme.example.com",
    "billing": "billing@acme.example.com",
}


@pytest.fixture
def field_ids(runtime: Runtime, origin: Origin) -> dict[str, Any]:
    """The ids of a field of every type, by key."""
    with runtime.unit_of_work(origin) as uow:
        made = {str(field["key"]): add_field(uow, field).id for field in FIELDS}
    return made


def _user(runtime: Runtime, origin: Origin, name: str) -> str:
    with runtime.unit_of_work(origin) as uow:
        email = f"{uuid7().hex}@north.example.com"
        return str(create_user(uow, email, name, "a long password", "member", time_cost=1).id)


def test_tags_are_trimmed_and_each_stands_once(api: Caller) -> None:
    sent = [" VIP ", "vip", "Überfällig", "uberfallig", "", "net 60"]
    client = api.create(client_body(tags=sent))
    assert client["tags"] == ["VIP", "Überfällig", "net 60"]
    assert api.get(client)["tags"] == client["tags"]
    assert api.patch(client, {"tags": None}).body["tags"] == []


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([f"tag {n}" for n in range(51)], "too_many"),
        (["x" * 51], "too_long"),
        (["a\nb"], "control_character"),
        ([1], "wrong_type"),
        ("vip", "wrong_type"),
    ],
)
def test_what_is_no_list_of_tags_is_refused(api: Caller, tags: Any, code: str) -> None:
    assert api("POST", "/v1/clients", client_body(tags=tags), expect=422).errors == {"tags": code}


def test_every_type_of_field_keeps_its_values(
    api: Caller, field_ids: dict[str, Any], logged: Logged
) -> None:
    client = api.create(client_body(custom_fields=VALUES))
    assert client["custom_fields"] == VALUES
    changed = api.patch(client, {"custom_fields": {"tier": "silver", "note": None}}).body
    assert changed["custom_fields"] == {
        key: value for key, value in {**VALUES, "tier": "Silver"}.items() if key != "note"
    }
    assert logged(client)[-1]["data"]["changes"] == [
        {"field": "custom_fields.note", "before": "Knows Quercus", "after": None},
        {"field": "custom_fields.tier", "before": "Gold", "after": "Silver"},
    ]
    assert api.patch(changed, {"custom_fields": None}).body["custom_fields"] == {}


def test_values_may_be_written_as_text(api: Caller, field_ids: dict[str, Any]) -> None:
    sent = {"seats": "12.5", "insured": "yes", "regions": "south; north"}
    kept = api.create(client_body(custom_fields=sent))["custom_fields"]
    assert kept == {"seats": 12.5, "insured": True, "regions": ["North", "South"]}


def test_every_wrong_value_is_named(api: Caller, field_ids: dict[str, Any]) -> None:
    wrong = {
        "tier": "Bronze",
        "regions": ["North", "West"],
        "note": "x" * 10_001,
        "seats": "many",
        "since": "31/07/2026",
        "insured": "perhaps",
        "wiki": "wiki",
        "billing": "billing",
        "unknown": "x",
    }
    answer = api("POST", "/v1/clients", client_body(custom_fields=wrong), expect=422)
    assert answer.errors == {
        "custom_fields.tier": "not_a_choice",
        "custom_fields.regions": "not_a_choice",
        "custom_fields.note": "too_long",
        "custom_fields.seats": "wrong_type",
        "custom_fields.since": "invalid_date",
        "custom_fields.insured": "wrong_type",
        "custom_fields.wiki": "invalid_url",
        "custom_fields.billing": "invalid_email",
        "custom_fields.unknown": "unknown_field",
    }


def test_a_required_field_must_be_there_from_the_next_client_on(
    api: Caller, runtime: Runtime, origin: Origin, field_ids: dict[str, Any]
) -> None:
    older = api.create(client_body())
    with runtime.unit_of_work(origin) as uow:
        update_field(uow, field_ids["tier"], {"required": True})
    refused = api("POST", "/v1/clients", client_body(company_name="Borealis"), expect=422)
    assert refused.errors == {"custom_fields.tier": "required"}
    assert api.patch(older, {"status": "pending"}).status == 200


def test_a_retired_field_stays_where_it_is(
    api: Caller, runtime: Runtime, origin: Origin, field_ids: dict[str, Any]
) -> None:
    older = api.create(client_body(custom_fields={"note": "kept"}))
    with runtime.unit_of_work(origin) as uow:
        update_field(uow, field_ids["note"], {"retired": True})
    same = api.patch(older, {"custom_fields": {"note": "kept", "tier": "Gold"}})
    assert same.body["custom_fields"] == {"note": "kept", "tier": "Gold"}
    other = api.patch(same.body, {"custom_fields": {"note": "another"}})
    assert other.errors == {"custom_fields.note": "unknown_field"}


def test_a_client_has_an_owner_of_the_workspace(
    api: Caller, runtime: Runtime, origin: Origin, logged: Logged
) -> None:
    ana, ben = _user(runtime, origin, "Ana Ruiz"), _user(runtime, origin, "Ben Ode")
    client = api.create(client_body(owner_id=ana))
    assert (client["owner"], client["owner_id"]) == ({"id": ana, "name": "Ana Ruiz"}, ana)
    changed = api.patch(client, {"owner_id": ben}).body
    assert changed["owner"] == {"id": ben, "name": "Ben Ode"}
    assert logged(client)[-1]["data"]["changes"] == [
        {
            "field": "owner",
            "before": {"id": ana, "name": "Ana Ruiz"},
            "after": {"id": ben, "name": "Ben Ode"},
        }
    ]
    assert api.patch(changed, {"owner_id": None}).body["owner"] is None


def test_nobody_of_another_workspace_owns_a_client(
    api: Caller, runtime: Runtime, make_workspace: Callable[..., Origin]
) -> None:
    stranger = _user(runtime, make_workspace(), "Stranger")
    answer = api("POST", "/v1/clients", client_body(owner_id=stranger), expect=422)
    assert answer.errors == {"owner_id": "unknown_user"}


@pytest.mark.parametrize("q", ["quer", "GOLD", "vi", "2026-07"])
def test_tags_and_own_fields_are_words_to_find_a_client_by(
    api: Caller, field_ids: dict[str, Any], q: str
) -> None:
    client = api.create(client_body(tags=["VIP"], custom_fields=VALUES))
    api.create(client_body(company_name="Borealis"))
    found = api("GET", "/v1/clients", query={"q": q}, expect=200).body["data"]
    assert [one["id"] for one in found] == [client["id"]]
