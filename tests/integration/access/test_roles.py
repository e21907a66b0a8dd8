"""Roles of a workspace's own."""

from __future__ import annotations

from typing import Any

import pytest

from services.clients.access.operations import authentication, roles
from tests.fixtures.api import Api, Caller
from tests.integration.access.test_sessions import OTHER, session

MONEY = ["clients.view", "invoices.view"]
JO = {"email": "jo@example.com", "name": "Jo", "password": OTHER}


def make(caller: Caller, name: str = "Bookkeeping", permissions: Any = MONEY) -> Any:
    answer: Any = caller.call("POST", "/v1/roles", {"name": name, "permissions": permissions})
    assert answer.status_code == 201, answer.json
    return answer.json


def jo_as(api: Api, role: str) -> Any:
    answer: Any = api.owner.call("POST", "/v1/users", {**JO, "role": role})
    assert answer.status_code == 201, answer.json
    return answer.json


def may(caller: Caller) -> list[str]:
    authentication.forget()
    me: Any = caller.call("GET", "/v1/me").json
    return sorted(me["permissions"])


def test_whoever_has_a_role_may_do_what_it_grants_now(api: Api) -> None:
    role = make(api.owner)
    assert jo_as(api, role["id"])["role"] == role["id"]
    jo = session(api, "jo@example.com", OTHER)
    assert may(jo) == MONEY
    path = f"/v1/roles/{role['id']}"
    changed: Any = api.owner.call("PATCH", path, {"permissions": ["clients.view"]})
    assert (changed.json["version"], changed.json["users"]) == (2, 1)
    assert may(jo) == ["clients.view"]
    [change] = api.events("clients.role.updated.v1")[0]["changes"]
    assert (change["field"], change["before"], change["after"]) == (
        "permissions", MONEY, ["clients.view"],
    )  # fmt: skip


def test_roles_are_listed_with_how_many_have_them(api: Api) -> None:
    role = make(api.owner)
    jo_as(api, role["id"])
    listed: Any = api.owner.call("GET", "/v1/roles").json
    found = {each["name"]: each["users"] for each in listed["data"]}
    assert found == {"owner": 1, "manager": 0, "member": 0, "viewer": 0, "Bookkeeping": 1}
    assert [each["built_in"] for each in listed["data"]] == [True, True, True, True, False]


def test_a_role_is_told_of_by_its_name(api: Api) -> None:
    role = make(api.owner)
    user = jo_as(api, role["id"])
    assert api.events("clients.user.created.v1")[-1]["user"]["role"] == "Bookkeeping"
    assert api.owner.call("PATCH", f"/v1/users/{user['id']}", {"role": "member"}).status_code == 200
    [change] = api.events("clients.user.updated.v1")[-1]["changes"]
    assert (change["before"], change["after"]) == ("Bookkeeping", "member")
    body = {"email": "kim@example.com", "role": role["id"]}
    assert api.owner.call("POST", "/v1/users/invitations", body).status_code == 201
    assert api.events("clients.invitation.sent.v1")[-1]["invitation"]["role"] == "Bookkeeping"


def test_a_role_that_somebody_has_or_is_invited_to_stays(api: Api) -> None:
    role = make(api.owner)
    user, path = jo_as(api, role["id"]), f"/v1/roles/{role['id']}"
    body = {"email": "kim@example.com", "role": role["id"]}
    invitation: Any = api.owner.call("POST", "/v1/users/invitations", body).json
    refused: Any = api.owner.call("DELETE", path)
    assert (refused.status_code, refused.json["code"]) == (409, "access.role_in_use")
    assert (refused.json["users"], refused.json["invitations"]) == (1, 1)
    api.owner.call("PATCH", f"/v1/users/{user['id']}", {"role": "viewer"})
    api.owner.call("DELETE", f"/v1/users/invitations/{invitation['id']}")
    assert api.owner.call("DELETE", path).status_code == 204
    assert api.owner.call("GET", path).status_code == 404
    assert [data["role"]["name"] for data in api.events("clients.role.deleted.v1")] == [
        "Bookkeeping"
    ]


def test_nobody_grants_or_takes_more_than_they_have(api: Api) -> None:
    role = make(api.owner)
    clerk = api.with_permissions(frozenset({"users.manage", "clients.view"}))
    path = f"/v1/roles/{role['id']}"
    for method, where, body in (
        ("POST", "/v1/roles", {"name": "All", "permissions": ["clients.delete"]}),
        ("PATCH", path, {"permissions": ["clients.view"]}),
        ("PATCH", path, {"name": "Mine"}),
        ("DELETE", path, None),
        ("POST", "/v1/users", {**JO, "role": role["id"]}),
        ("POST", "/v1/users/invitations", {"email": "kim@example.com", "role": role["id"]}),
    ):
        answer: Any = clerk.call(method, where, body)
        assert (answer.status_code, answer.json["code"]) == (403, "access.beyond_your_own"), where
    assert clerk.call("POST", "/v1/roles", {"name": "See", "permissions": ["clients.view"]}).json


@pytest.mark.parametrize("permissions", [[], ["clients.fly"], ["installation.view"], "all", None])
def test_what_is_no_set_of_permissions_is_refused(api: Api, permissions: Any) -> None:
    body = {"name": " ", "permissions": permissions, "colour": "red"}
    answer: Any = api.owner.call("POST", "/v1/roles", body)
    assert answer.status_code == 422
    fields = {error["field"].partition("[")[0] for error in answer.json["errors"]}
    assert fields == {"name", "permissions", "colour"}


def test_two_roles_of_one_name_are_one_too_many(api: Api) -> None:
    make(api.owner)
    other = make(api.owner, "Office")
    again: Any = api.owner.call("POST", "/v1/roles", {"name": "BOOKKEEPING", "permissions": MONEY})
    assert (again.status_code, again.json["code"]) == (409, "access.role_exists")
    path = f"/v1/roles/{other['id']}"
    same: Any = api.owner.call("PATCH", path, {"name": "bookkeeping"})
    assert (same.status_code, same.json["code"]) == (409, "access.role_exists")
    one_of_four: Any = api.owner.call("POST", "/v1/roles", {"name": "Owner", "permissions": MONEY})
    assert (one_of_four.status_code, one_of_four.json["code"]) == (409, "access.role_exists")


def test_a_role_of_nobody_or_of_others_is_none(api: Api) -> None:
    elsewhere = make(api.other_workspace())
    for role in ("0199c2f0-6c2e-7a51-8a3e-5b1f0c9d4e95", elsewhere["id"]):
        answer: Any = api.owner.call("POST", "/v1/users", {**JO, "role": role})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json["errors"]] == ["role"]


def test_a_workspace_has_room_for_so_many(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "MOST", 1)
    make(api.owner)
    answer: Any = api.owner.call("POST", "/v1/roles", {"name": "Two", "permissions": MONEY})
    assert (answer.status_code, answer.json["code"]) == (409, "access.too_many_roles")
