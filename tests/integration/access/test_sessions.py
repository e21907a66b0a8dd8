"""Sessions: where somebody is signed in, how long, and how it ends."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.clients.access.operations import authentication
from services.clients.access.operations.sessions import GRACE
from tests.fixtures.api import PASSWORD, Api, Caller

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OTHER = "another long password"


def log_in(api: Api, email: str = "owner@example.com", password: str = PASSWORD) -> TestResponse:
    return api.app.test_client().post(
        "/v1/auth/sessions",
        json={"email": email, "password": password},
        headers={"User-Agent": FIREFOX},
    )


def session(api: Api, email: str = "owner@example.com", password: str = PASSWORD) -> Caller:
    answer: Any = log_in(api, email, password)
    assert answer.status_code == 201, answer.json
    return Caller(api.app.test_client(), answer.json["token"])


def stands(caller: Caller) -> bool:
    authentication.forget()
    return caller.call("GET", "/v1/me").status_code == 200


def move(api: Api, change: str) -> None:
    """Change the one session's moments, as the passing of time would."""
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text(f"UPDATE sessions SET {change}"))


def test_a_session_is_a_bearer_token_with_the_rights_of_its_user(api: Api) -> None:
    caller = session(api)
    me: Any = caller.call("GET", "/v1/me").json
    assert me["actor"]["kind"] == "user"
    assert caller.call("GET", "/v1/users").status_code == 200
    [told] = api.events("clients.session.started.v1")
    assert told["session"]["device"] == "Firefox on Linux"
    assert told["session"]["address"] == "127.0.0.1"


def test_a_user_sees_where_they_are_signed_in_and_ends_one_or_all_others(api: Api) -> None:
    first, second, third = (session(api) for _ in range(3))
    listed: Any = third.call("GET", "/v1/me/sessions").json
    assert [it["current"] for it in listed["data"]].count(True) == 1
    assert {it["device"] for it in listed["data"]} == {"Firefox on Linux"}
    assert listed["data"][0].keys() == {
        "id", "device", "address", "created_at", "last_used_at", "idle_until", "expires_at",
        "current",
    }  # fmt: skip
    of_first: Any = first.call("GET", "/v1/me/sessions").json
    mine = next(it["id"] for it in of_first["data"] if it["current"])
    assert third.call("DELETE", f"/v1/me/sessions/{mine}").status_code == 204
    assert (stands(first), stands(second)) == (False, True)
    assert third.call("DELETE", f"/v1/me/sessions/{mine}").status_code == 404
    assert third.call("DELETE", "/v1/me/sessions").status_code == 204
    assert (stands(second), stands(third)) == (False, True)


def test_nobody_ends_the_session_of_another(api: Api) -> None:
    owner = session(api)
    mine: Any = owner.call("GET", "/v1/me/sessions").json
    viewer = api.with_role("viewer")
    assert viewer.call("DELETE", f"/v1/me/sessions/{mine['data'][0]['id']}").status_code == 404
    assert stands(owner)


@pytest.mark.parametrize("path", ["/v1/auth/sessions/current", "/v1/auth/token"])
def test_signing_out_works_within_a_second_without_anyone_forgetting(api: Api, path: str) -> None:
    caller = session(api)
    assert caller.call("GET", "/v1/me").status_code == 200
    assert caller.call("DELETE", path).status_code == 204
    time.sleep(authentication.REMEMBERED_SECONDS + 0.1)
    assert caller.call("GET", "/v1/me").status_code == 401
    [told] = api.events("clients.session.ended.v1")
    assert told["reason"] == "signed_out"


def test_a_rotation_leaves_requests_under_way_in_peace(api: Api) -> None:
    before = session(api)
    answer: Any = before.call("POST", "/v1/auth/sessions/current/rotate")
    assert answer.status_code == 200
    after = Caller(before.http, answer.json["token"])
    assert (stands(before), stands(after)) == (True, True)
    again: Any = before.call("POST", "/v1/auth/sessions/current/rotate")
    assert (again.status_code, again.json["code"]) == (409, "auth.already_rotated")
    move(api, f"previous_until = previous_until - interval '{GRACE.total_seconds()} s'")
    assert (stands(before), stands(after)) == (False, True)


def test_a_session_that_is_not_used_ends_and_use_keeps_it(api: Api) -> None:
    caller = session(api)
    move(
        api,
        "last_used_at = last_used_at - interval '11 h', idle_until = idle_until - interval '11 h'",
    )
    assert stands(caller)
    listed: Any = caller.call("GET", "/v1/me/sessions").json
    kept = listed["data"][0]
    assert kept["last_used_at"] > kept["created_at"]
    move(api, "idle_until = clock_timestamp()")
    assert not stands(caller)


def test_a_session_ends_at_last_however_much_it_is_used(api: Api) -> None:
    caller = session(api)
    move(api, "expires_at = clock_timestamp() + interval '1 h'")
    move(api, "last_used_at = created_at - interval '2 min'")
    assert stands(caller)
    with api.runtime.unit_of_work(api.origin()) as uow:
        late = uow.session.scalar(text("SELECT max(idle_until - expires_at) FROM sessions"))
    assert late == timedelta(0)
    move(api, "expires_at = clock_timestamp()")
    assert not stands(caller)


def test_use_is_written_at_most_once_a_minute(api: Api) -> None:
    caller = session(api)
    query = text("SELECT last_used_at FROM sessions")
    with api.runtime.unit_of_work(api.origin()) as uow:
        before = uow.session.scalar(query)
    assert stands(caller)
    with api.runtime.unit_of_work(api.origin()) as uow:
        assert uow.session.scalar(query) == before


def test_changing_the_password_ends_every_other_session(api: Api) -> None:
    here, there = session(api), session(api)
    body = {"password": PASSWORD, "new_password": OTHER}
    assert here.call("PUT", "/v1/me/password", body).status_code == 204
    assert (stands(here), stands(there)) == (True, False)
    assert log_in(api).status_code == 401
    assert log_in(api, password=OTHER).status_code == 201
    [told] = api.events("clients.user.updated.v1")
    assert told["changes"] == [{"field": "password", "before": "hidden", "after": "hidden"}]
    assert PASSWORD not in str(told)


def test_a_password_is_changed_by_the_present_one_alone(api: Api) -> None:
    caller = session(api)
    answer: Any = caller.call(
        "PUT", "/v1/me/password", {"password": "not the present", "new_password": OTHER}
    )
    assert (answer.status_code, answer.json["code"]) == (403, "auth.wrong_password")
    assert log_in(api).status_code == 201


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("short", "length"),
        ("password1234", "weak_password"),
        ("owner@example.com", "weak_password"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(api: Api, wanted: str, code: str) -> None:
    answer: Any = session(api).call(
        "PUT", "/v1/me/password", {"password": PASSWORD, "new_password": wanted}
    )
    assert answer.status_code == 422
    [error] = answer.json["errors"]
    assert (error["field"], error["code"]) == ("new_password", code)
    assert len(error["message"]) > 10


def test_a_key_has_no_session_and_no_password(api: Api) -> None:
    for method, path in (("GET", "/v1/me/sessions"), ("DELETE", "/v1/auth/token")):
        answer: Any = api.owner.call(method, path)
        assert (answer.status_code, answer.json["code"]) == (403, "auth.people_only")


def test_disabling_a_user_ends_what_they_have_and_lets_nothing_begin(api: Api) -> None:
    body = {"email": "jo@example.com", "name": "Jo", "password": OTHER, "role": "member"}
    jo: Any = api.owner.call("POST", "/v1/users", body).json
    signed_in = session(api, "jo@example.com", OTHER)
    path = f"/v1/users/{jo['id']}"
    assert api.owner.call("PATCH", path, {"disabled": True}).status_code == 200
    assert not stands(signed_in)
    refused: Any = log_in(api, "jo@example.com", OTHER)
    assert (refused.status_code, refused.json["code"]) == (401, "access.wrong_log_in")
    again: Any = api.owner.call("PATCH", path, {"disabled": False})
    assert again.json["disabled"] is False
    assert not stands(signed_in)
    assert stands(session(api, "jo@example.com", OTHER))


def test_another_role_ends_sessions_and_is_what_counts(api: Api) -> None:
    body = {"email": "jo@example.com", "name": "Jo", "password": OTHER, "role": "manager"}
    jo: Any = api.owner.call("POST", "/v1/users", body).json
    before = session(api, "jo@example.com", OTHER)
    read = api.owner.call("GET", f"/v1/users/{jo['id']}")
    changed: Any = api.owner.call(
        "PATCH", f"/v1/users/{jo['id']}", {"role": "viewer"}, If_Match=read.headers["ETag"]
    )
    assert changed.json["role"] == "viewer"
    assert not stands(before)
    me: Any = session(api, "jo@example.com", OTHER).call("GET", "/v1/me").json
    assert "clients.update" not in me["permissions"]
    stale = api.owner.call(
        "PATCH", f"/v1/users/{jo['id']}", {"name": "J"}, If_Match=read.headers["ETag"]
    )
    assert stale.status_code == 412


def test_the_last_owner_stays(api: Api) -> None:
    users: Any = api.owner.call("GET", "/v1/users").json
    path = f"/v1/users/{users['data'][0]['id']}"
    for change in ({"role": "viewer"}, {"disabled": True}):
        answer: Any = api.owner.call("PATCH", path, change)
        assert (answer.status_code, answer.json["code"]) == (409, "access.last_owner")
    api.with_role("owner")
    assert api.owner.call("PATCH", path, {"role": "viewer"}).status_code == 200


def test_nobody_changes_someone_who_may_do_more(api: Api) -> None:
    users: Any = api.owner.call("GET", "/v1/users").json
    path = f"/v1/users/{users['data'][0]['id']}"
    api.with_role("owner")
    limited = api.with_permissions(frozenset({"users.manage", "clients.view"}))
    answer: Any = limited.call("PATCH", path, {"disabled": True})
    assert (answer.status_code, answer.json["code"]) == (403, "access.beyond_your_own")
