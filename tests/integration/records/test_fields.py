"""The choice of columns, of one client and of the list."""

from __future__ import annotations

from typing import Any

import pytest

from services.clients.records.schemas.field_selection import columns_for
from services.clients.records.schemas.views import ClientSummaryView, ClientView
from tests.factories.clients import whole_client_body
from tests.integration.records.conftest import Caller

CHOSEN = "company_name,client_code,primary_contact.email,address"


@pytest.fixture
def client(api: Caller) -> Any:
    """One client with everything."""
    made = api.create(whole_client_body())
    return api("GET", f"/v1/clients/{made['id']}", expect=200).body


def _one(api: Caller, client: Any, **query: Any) -> Any:
    return api("GET", f"/v1/clients/{client['id']}", query=query, expect=200).body


def _first(api: Caller, **query: Any) -> Any:
    return api("GET", "/v1/clients", query=query, expect=200).body["data"][0]


def test_only_what_was_asked_for_is_answered(api: Caller, client: Any) -> None:
    expected = {
        **{name: client[name] for name in ("id", "version", "company_name", "client_code")},
        "primary_contact": {"email": client["primary_contact"]["email"]},
        "address": client["address"],
    }
    assert _one(api, client, fields=CHOSEN) == expected
    assert _first(api, fields=CHOSEN) == expected
    assert list(_first(api, fields=CHOSEN))[2:] == [
        "company_name", "client_code", "primary_contact", "address"
    ]  # fmt: skip


@pytest.mark.parametrize("view", [ClientView, ClientSummaryView])
def test_each_field_alone_is_as_in_the_whole(
    api: Caller, client: Any, view: type[ClientSummaryView]
) -> None:
    """Read from the columns it needs and no others, it must not have lost anything."""
    ask = (
        (lambda **q: _one(api, client, **q))
        if view is ClientView
        else (lambda **q: _first(api, **q))
    )
    whole = ask()
    names = [name for name in whole if name not in {"id", "version"}]
    for name in names:
        assert ask(fields=name) == {**{n: whole[n] for n in ("id", "version", name)}}, name
    groups = ("primary_contact", "address", "settings")
    for path in (f"{group}.{key}" for group in groups for key in whole[group]):
        group, _, key = path.partition(".")
        assert ask(fields=path)[group] == {key: whole[group][key]}, path


def test_a_whole_group_wins_over_its_part(api: Caller, client: Any) -> None:
    found = _first(api, fields="address.city,address")
    assert found["address"] == client["address"]


def test_each_wrong_name_is_told_with_the_right_ones(api: Caller, client: Any) -> None:
    for path in ("/v1/clients", f"/v1/clients/{client['id']}"):
        query = {"fields": "company_name,boss,address.planet,custom_fields.nope,boss"}
        errors = api("GET", path, query=query, expect=422).body["errors"]
        assert [error["field"] for error in errors] == ["fields"] * 3
        assert {error["code"] for error in errors} == {"unknown_field"}
        for error, name in zip(
            errors, ("boss", "address.planet", "custom_fields.nope"), strict=True
        ):
            assert error["message"].startswith(f"No field {name}. There are: ")
            assert "primary_contact.email" in error["message"]


@pytest.mark.parametrize(
    "fields", ["", " , ", "%", "'", "x" * 5_000, ",".join(map(str, range(300)))]
)
def test_what_names_no_field_is_refused(api: Caller, fields: str) -> None:
    answer = api("GET", "/v1/clients", query={"fields": fields}, expect=422).body
    assert all(error["field"] == "fields" for error in answer["errors"])


def test_long_texts_and_contacts_belong_to_one_client(api: Caller, client: Any) -> None:
    assert _one(api, client, fields="contacts,current_systems") == {
        name: client[name] for name in ("id", "version", "contacts", "current_systems")
    }
    api("GET", "/v1/clients", query={"fields": "contacts"}, expect=422)


def test_the_past_is_cut_likewise(api: Caller, client: Any) -> None:
    moment = client["updated_at"]
    found = _one(api, client, as_of=moment, fields="company_name,settings.internal")
    assert found == {
        **{name: client[name] for name in ("id", "version", "company_name")},
        "settings": {"internal": client["settings"]["internal"]},
    }


def test_only_the_columns_that_are_shown_are_read() -> None:
    always = {"id", "version", "created_at", "updated_at"}
    assert set(columns_for(["company_name"])) == {*always, "company_name"}
    assert set(columns_for(["owner_id"])) == {*always, "owner"}
    assert set(columns_for(["tax_id", "address.city", "custom_fields.x"])) >= {
        "tax_id",
        "city",
        "custom_fields",
    }
    assert "technical_requirements" not in columns_for(["address", "settings", "primary_contact"])
