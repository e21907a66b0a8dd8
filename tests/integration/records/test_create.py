"""Making a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from shared.messaging.outbox import Origin
from shared.security.permissions import PERMISSIONS
from tests.factories.clients import client_body, whole_client_body
from tests.integration.records.conftest import Caller

Database = psycopg.Connection[dict[str, Any]]
Logged = Callable[[dict[str, Any]], list[dict[str, Any]]]


def test_a_whole_client_comes_back_as_it_was_sent(api: Caller) -> None:
    sent = whole_client_body()
    answer = api("POST", "/v1/clients", sent, expect=201)
    made = answer.body
    assert answer.headers["Location"] == f"/v1/clients/{made['id']}"
    assert answer.version == made["version"] == 1
    for name in set(sent) - {"primary_contact", "contacts", "rates"}:
        assert made[name] == sent[name]
    assert made["primary_contact"] == {**sent["primary_contact"], "phone": "+16515550100"}
    assert _without_ids(made["contacts"]) == [
        {**sent["contacts"][0], "phone": "+16515550101", "roles": []}
    ]
    assert _without_ids(made["rates"]) == [
        {**sent["rates"][0], "currency": "USD", "valid_from": None, "valid_until": None}
    ]
    assert api.get(made) == made


def _without_ids(elements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key != "id"} for one in elements]


def test_all_but_the_name_and_an_address_may_be_left_out(api: Caller) -> None:
    made = api.create(client_body())
    assert made["status"] == "active"
    assert made["client_code"] == "ACM"
    assert made["settings"] == {
        "email_notifications": True,
        "quarterly_reports": False,
        "auto_invoicing": False,
        "internal": False,
    }
    assert made["address"]["country"] == "US"
    assert made["contacts"] == made["rates"] == made["compliance_requirements"] == []
    assert made["tax_id"] is made["website"] is None
    assert "warnings" not in made


def test_the_workspace_says_which_country_and_currency_are_meant(
    app: Any, make_workspace: Callable[..., Origin]
) -> None:
    where = make_workspace(country="DE", currency="EUR")
    api = Caller(app, where.workspace_id, *PERMISSIONS)
    made = api.create(
        client_body(
            primary_contact={"email": "jo@acme.example.com", "phone": "030 123456"},
            rates=[{"position": "Engineer", "regular_rate": "90"}],
        )
    )
    assert made["address"]["country"] == "DE"
    assert made["primary_contact"]["phone"] == "+4930123456"
    assert made["rates"][0]["currency"] == "EUR"
    assert made["rates"][0]["regular_rate"] == "90.00"


def test_a_create_is_one_event_with_the_whole_record_and_no_tax_number(
    api: Caller, logged: Logged
) -> None:
    made = api.create(whole_client_body())
    (event,) = logged(made)
    assert event["type"] == "clients.client.created.v1"
    assert event["version"] == 1
    assert event["client_id"] == made["id"]
    told = event["data"]["client"]
    assert told.pop("has_tax_id") is True
    assert told == {name: value for name, value in made.items() if name != "tax_id"}
    assert "3456789" not in str(event["data"])


def test_a_phone_number_that_is_none_is_kept_with_a_warning(api: Caller) -> None:
    sent = client_body(
        primary_contact={"email": "jo@acme.example.com", "phone": "ask for Jo"},
        contacts=[{"name": "Ana", "phone": "+1 651 555 0101"}, {"name": "Li", "phone": "12"}],
    )
    made = api.create(sent)
    assert made["primary_contact"]["phone"] == "ask for Jo"
    assert [contact["phone"] for contact in made["contacts"]] == ["+16515550101", "12"]
    assert {warning["field"] for warning in made["warnings"]} == {
        "primary_contact.phone",
        "contacts[1].phone",
    }


def test_every_wrong_field_is_named_at_once_and_nothing_is_written(
    api: Caller, database: Database
) -> None:
    api.create(client_body(client_code="TKN"))
    answer = api(
        "POST",
        "/v1/clients",
        {
            "company_name": "   ",
            "client_code": "tkn",
            "status": "sleeping",
            "primary_contact": {"email": "nobody", "phone": 7},
            "website": "ftp://acme.example.com",
            "address": {"country": "XX", "planet": "Mars"},
            "company_size": "12",
            "tax_id": "12-345",
            "rates": [{"regular_rate": "-1"}, {"position": "A", "regular_rate": "x"}],
            "contacts": [
                {"email": "a@acme.example.com"},
                {"email": "A@acme.example.com"},
                {"title": "CFO"},
            ],
            "settings": {"internal": "yes"},
            "colour": "red",
        },
        expect=422,
    )
    assert answer.body["code"] == "clients.invalid"
    assert answer.errors == {
        "company_name": "required",
        "client_code": "taken",
        "status": "not_a_choice",
        "primary_contact.email": "invalid_email",
        "primary_contact.phone": "wrong_type",
        "website": "invalid_url",
        "address.country": "unknown_country",
        "address.planet": "unknown_field",
        "company_size": "not_a_choice",
        "tax_id": "invalid_tax_id",
        "rates[0].position": "required",
        "rates[0].regular_rate": "too_small",
        "rates[1].regular_rate": "wrong_type",
        "contacts[1].email": "duplicate",
        "contacts[2]": "required",
        "settings.internal": "wrong_type",
        "colour": "unknown_field",
    }
    for table in ("clients", "client_codes", "event_log"):
        found = database.execute(f"SELECT count(*) AS n FROM {table}").fetchone()
        assert found is not None
        assert found["n"] == (2 if table == "event_log" else 1)


@pytest.mark.parametrize("body", [[], "text", 7, None, True])
def test_a_body_that_is_no_object_is_refused(api: Caller, body: Any) -> None:
    answer = api("POST", "/v1/clients", body, expect=422)
    assert answer.errors


@pytest.mark.parametrize(
    "name",
    [
        "任天堂株式会社",
        "شركة أرامكو السعودية",
        "Å Æ Ø ẞ",
        "🚀 Rakete 👩‍🚀",
        "e\u0301cole",
        "O'Brien; DROP TABLE x",
    ],
)
def test_a_name_of_any_script_survives(api: Caller, name: str) -> None:
    made = api.create(client_body(company_name=f" {name} "))
    assert made["company_name"] == (name if "\u0301" not in name else "école")
    assert len(made["client_code"]) == 3
    listed = api("GET", "/v1/clients", query={"q": name.split(maxsplit=1)[0]}, expect=200).body[
        "data"
    ]
    assert [client["id"] for client in listed] == [made["id"]] or "🚀" in name


def test_an_event_too_large_to_tell_is_refused_and_nothing_is_written(
    api: Caller, database: Database
) -> None:
    contacts = [
        {"name": "🚀" * 200, "email": f"{n}@acme.example.com", "title": "🚀" * 100}
        for n in range(100)
    ]
    rates = [{"position": f"{n} " + "🚀" * 90, "regular_rate": "1"} for n in range(200)]
    texts = {"current_systems": "🚀" * 10_000, "technical_requirements": "🚀" * 10_000}
    body = client_body(contacts=contacts, rates=rates, **texts)
    answer = api("POST", "/v1/clients", body, expect=422)
    assert answer.body["code"] == "event_too_large"
    assert database.execute("SELECT FROM clients").fetchall() == []


def test_one_client_may_be_the_active_internal_one(api: Caller) -> None:
    internal = {"internal": True}
    first = api.create(client_body(settings=internal))
    body = client_body(settings=internal, allow_duplicate=True)
    answer = api("POST", "/v1/clients", body, expect=409)
    assert answer.body["code"] == "clients.internal_exists"
    second = api.create(client_body(settings=internal, status="inactive"))
    path = f"/v1/clients/{second['id']}/status"
    api("PUT", path, {"status": "active"}, expect=409)
    api("PUT", f"/v1/clients/{first['id']}/status", {"status": "inactive"}, expect=200)
    api("PUT", path, {"status": "active"}, expect=200)


def test_without_permission_nothing_is_made(caller: Callable[..., Caller]) -> None:
    answer = caller("clients.view")("POST", "/v1/clients", client_body(), expect=403)
    assert answer.body["permission"] == "clients.create"
