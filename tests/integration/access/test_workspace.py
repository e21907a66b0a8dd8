"""A workspace's defaults: checked, versioned, told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.api import Api


def test_a_change_is_told_with_before_and_after(api: Api) -> None:
    before = api.owner.call("GET", "/v1/workspace")
    changed = api.owner.call("PATCH", "/v1/workspace", {"currency": "EUR", "country": "US"})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != before.headers["ETag"]
    assert api.events("clients.workspace.updated.v1") == [
        {"changes": [{"field": "currency", "before": "USD", "after": "EUR"}]}
    ]


def test_a_change_without_effect_makes_no_version_and_no_event(api: Api) -> None:
    before = api.owner.call("GET", "/v1/workspace")
    same = api.owner.call("PATCH", "/v1/workspace", {"currency": "USD"})
    assert same.headers["ETag"] == before.headers["ETag"]
    assert api.events("clients.workspace.updated.v1") == []


def test_the_next_invoice_is_numbered_by_the_pattern_that_was_chosen(api: Api) -> None:
    pattern = {"invoice_number_pattern": "R-{seq:5}/{code}"}
    assert api.owner.call("PATCH", "/v1/workspace", pattern).status_code == 200
    client: Any = api.owner.call(
        "POST",
        "/v1/clients",
        {
            "company_name": "Acme",
            "client_code": "ACM",
            "primary_contact": {"email": "jo@acme.example.com"},
        },
    ).json
    line = {"description": "Work", "quantity": "1", "unit_price": "1.00"}
    made: Any = api.owner.call(
        "POST", f"/v1/clients/{client['id']}/invoices", {"lines": [line]}
    ).json
    issued: Any = api.owner.call("POST", f"/v1/invoices/{made['id']}/issue", {}).json
    assert issued["number"] == "R-00001/ACM"


@pytest.mark.parametrize("pattern", ["", "{code}", "{seq}", "{code}{YYYY}{seq}", "{code}-{seq}{x}"])
def test_a_pattern_that_would_not_number_uniquely_is_refused(api: Api, pattern: str) -> None:
    answer = api.owner.call("PATCH", "/v1/workspace", {"invoice_number_pattern": pattern})
    assert answer.status_code == 422
    assert answer.json is not None
    assert [(e["field"], e["code"]) for e in answer.json["errors"]] == [
        ("invoice_number_pattern", "bad_pattern")
    ]


def test_founding_tells_of_the_workspace_its_owner_and_its_key(api: Api) -> None:
    workspace = str(api.founded.workspace_id)
    [told] = api.events("clients.workspace.created.v1")
    assert told == {"workspace": {"id": workspace, "name": "Acme Works"}}
    [user] = api.events("clients.user.created.v1")
    assert (user["user"]["email"], user["user"]["role"]) == ("owner@example.com", "owner")
    [key] = api.events("clients.api_key.created.v1")
    assert api.founded.token.startswith(key["api_key"]["prefix"])
    assert api.founded.token not in str(key)


def test_revoking_a_key_is_told_once(api: Api) -> None:
    key: Any = api.owner.call(
        "POST", "/v1/api-keys", {"name": "Old", "permissions": ["clients.view"]}
    ).json
    for _ in range(2):
        assert api.owner.call("DELETE", f"/v1/api-keys/{key['id']}").status_code == 204
    [told] = api.events("clients.api_key.revoked.v1")
    assert told["api_key"]["id"] == key["id"]
