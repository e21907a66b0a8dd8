"""Users and keys are listed in pages, like everything else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.api import PASSWORD, Api


def _make_users(api: Api, count: int) -> None:
    for number in range(count):
        body = {
            "email": f"u{number}@example.com", "name": "U", "password": PASSWORD, "role": "viewer",
        }  # fmt: skip
        assert api.owner.call("POST", "/v1/users", body).status_code == 201


def test_pages_of_users_hold_each_of_them_once(api: Api) -> None:
    _make_users(api, 4)
    seen: list[str] = []
    path = "/v1/users?limit=2"
    while path:
        answer: Any = api.owner.call("GET", path).json
        assert len(answer["data"]) <= 2
        seen += [user["email"] for user in answer["data"]]
        path = f"/v1/users?limit=2&cursor={answer['next']}" if answer["next"] else ""
    assert seen == ["owner@example.com", *(f"u{n}@example.com" for n in range(4))]


def test_a_cursor_of_users_opens_no_list_of_keys(api: Api) -> None:
    _make_users(api, 1)
    cursor = api.owner.call("GET", "/v1/users?limit=1").json["next"]  # type: ignore[index]
    answer = api.owner.call("GET", f"/v1/api-keys?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "invalid_cursor"  # type: ignore[index]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=", "page=2"])
def test_a_wrong_query_is_refused(api: Api, query: str) -> None:
    assert api.owner.call("GET", f"/v1/users?{query}").status_code == 422


def test_no_list_shows_another_workspace(api: Api) -> None:
    _make_users(api, 2)
    other = api.other_workspace()
    users: Any = other.call("GET", "/v1/users").json
    keys: Any = other.call("GET", "/v1/api-keys").json
    assert len(users["data"]) == len(keys["data"]) == 1
    mine: Any = api.owner.call("GET", "/v1/api-keys").json
    assert other.call("DELETE", f"/v1/api-keys/{mine['data'][0]['id']}").status_code == 404
