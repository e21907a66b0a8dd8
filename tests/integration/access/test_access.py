"""Signing in, users, API keys: who gets in, and who no longer does."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from sqlalchemy import event, text

from services.clients.access.operations import authentication
from services.clients.access.operations.throttling import PAIR
from shared.security.permissions import PERMISSIONS, ROLES
from tests.fixtures.api import PASSWORD, Api, Caller

OTHER = "another long password"


def _sign_in(api: Api, email: str, password: str) -> Any:
    body = {"email": email, "password": password}
    return api.app.test_client().post("/v1/auth/token", json=body)


def test_the_right_password_gives_a_token_that_works(api: Api) -> None:
    answer = _sign_in(api, "OWNER@example.com", PASSWORD)
    assert answer.status_code == 200
    assert answer.json["token_type"] == "Bearer"
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    me: Any = api.app.test_client().get("/v1/me", headers=headers).json
    assert me["actor"]["kind"] == "user"
    assert me["workspace"]["name"] == "Acme Works"
    assert set(me["permissions"]) == PERMISSIONS


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("' OR 1=1 --", "x")],
)
def test_a_wrong_log_in_does_not_say_which_part_is_wrong(
    api: Api, email: str, password: str
) -> None:
    answer = _sign_in(api, email, password)
    assert answer.status_code == 401
    assert answer.json["code"] == "access.wrong_log_in"


def test_a_forged_token_is_nobody(api: Api) -> None:
    for token in ("cat_" + "A" * 43, "cak_" + "x" * 5000, api.founded.token + "x", "eyJhbGciOi"):
        headers = {"Authorization": f"Bearer {token}"}
        assert api.app.test_client().get("/v1/me", headers=headers).status_code == 401


def test_a_key_holds_its_permissions_and_shows_its_token_once(api: Api) -> None:
    body = {"name": "Reporting", "permissions": ["clients.view"]}
    made = api.owner.call("POST", "/v1/api-keys", body)
    assert made.status_code == 201
    key: Any = made.json
    listed: Any = api.owner.call("GET", "/v1/api-keys").json
    mine = next(entry for entry in listed["data"] if entry["id"] == key["id"])
    assert "token" not in mine
    assert key["token"].startswith(mine["prefix"])
    headers = {"Authorization": f"Bearer {key['token']}"}
    http = api.app.test_client()
    assert http.get("/v1/clients", headers=headers).status_code == 200
    assert http.post("/v1/clients", json={}, headers=headers).status_code == 403


def test_a_revoked_key_stops_within_a_second(api: Api) -> None:
    body = {"name": "Old", "permissions": ["clients.view"]}
    key: Any = api.owner.call("POST", "/v1/api-keys", body).json
    headers = {"Authorization": f"Bearer {key['token']}"}
    http = api.app.test_client()
    assert http.get("/v1/me", headers=headers).status_code == 200
    assert api.owner.call("DELETE", f"/v1/api-keys/{key['id']}").status_code == 204
    time.sleep(authentication.REMEMBERED_SECONDS + 0.1)  # The promise is a time.
    assert http.get("/v1/me", headers=headers).status_code == 401


def test_a_token_that_is_nobodys_is_looked_up_once_a_second(api: Api) -> None:
    """Guessing tokens costs no query each time."""
    token = "cat_" + "B" * 43
    asked: list[Any] = []
    engine = api.runtime.login_engine
    event.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen))
    assert [authentication.authenticate(api.runtime, token) for _ in range(3)] == [None] * 3
    assert len(asked) == 1
    time.sleep(authentication.REMEMBERED_SECONDS + 0.1)  # The promise is a time.
    assert authentication.authenticate(api.runtime, token) is None
    assert len(asked) == 2


def test_an_expired_key_is_nobody(api: Api) -> None:
    body = {
        "name": "Late", "permissions": ["clients.view"], "expires_at": "2999-01-01T00:00:00Z",
    }  # fmt: skip
    key: Any = api.owner.call("POST", "/v1/api-keys", body).json
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE api_keys SET expires_at = now() - interval '1 second'"))
    headers = {"Authorization": f"Bearer {key['token']}"}
    assert api.app.test_client().get("/v1/me", headers=headers).status_code == 401


def test_nobody_hands_out_what_they_do_not_hold(api: Api) -> None:
    limited = api.with_permissions(frozenset({"users.manage", "clients.view"}))
    body = {"name": "More", "permissions": ["clients.delete"]}
    answer = limited.call("POST", "/v1/api-keys", body)
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["missing"] == ["clients.delete"]
    user = {"email": "x@example.com", "name": "X", "password": PASSWORD, "role": "owner"}
    assert limited.call("POST", "/v1/users", user).status_code == 403


def test_every_wrong_field_of_a_user_is_named(api: Api) -> None:
    answer = api.owner.call(
        "POST", "/v1/users", {"email": "no", "name": " ", "password": "short", "role": "king"}
    )
    assert answer.status_code == 422
    assert answer.json is not None
    fields = {entry["field"] for entry in answer.json["errors"]}
    assert fields == {"email", "name", "password", "role"}


def _add(caller: Caller, email: str, role: str = "viewer") -> Any:
    body = {"email": email, "name": "X", "password": OTHER, "role": role}
    return caller.call("POST", "/v1/users", body)


@pytest.mark.parametrize("email", ["Owner@Example.com", "\uff2f\uff57ner@example.com"])
def test_an_address_of_the_workspace_is_taken_however_it_is_written(api: Api, email: str) -> None:
    answer = _add(api.owner, email)
    assert (answer.status_code, answer.json["code"]) == (409, "access.email_taken")


def test_nobody_is_told_whose_address_signs_in_elsewhere(api: Api) -> None:
    there = api.other_workspace()
    known, unknown = _add(there, "owner@example.com"), _add(there, "nobody@example.com")
    assert known.status_code == unknown.status_code == 201
    assert known.json.keys() == unknown.json.keys()
    for password, signs_in in ((PASSWORD, 200), (OTHER, 401)):
        body = {"email": "owner@example.com", "password": password}
        answer = api.app.test_client().post("/v1/auth/token", json=body)
        assert answer.status_code == signs_in
    assert _add(there, "owner@example.com").status_code == 409


def test_the_mailbox_alone_is_told_that_its_address_is_in_use(api: Api) -> None:
    there = api.other_workspace()
    workspace = there.call("GET", "/v1/workspace").json
    assert workspace is not None
    _add(there, "owner@example.com")
    _add(there, "nobody@example.com")
    with api.runtime.unit_of_work(api.runtime.own_origin(uuid.UUID(workspace["id"]))) as uow:
        mails = uow.session.execute(text("SELECT kind, recipient FROM mails")).all()
    assert [tuple(mail) for mail in mails] == [("signs_in_elsewhere", "owner@example.com")]


def test_one_folding_finds_an_address_and_counts_its_guesses(api: Api) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "owner") + "@example.com"
    body = {"email": wide, "password": PASSWORD}
    assert api.app.test_client().post("/v1/auth/token", json=body).status_code == 200
    for _ in range(PAIR.burst):
        wrong = {"email": wide, "password": "wrong"}
        api.app.test_client().post("/v1/auth/token", json=wrong)
    body = {"email": "OWNER@example.com", "password": PASSWORD}
    assert api.app.test_client().post("/v1/auth/token", json=body).status_code == 429
    dotted = {"email": "\u0130wner@example.com", "password": PASSWORD}
    assert api.app.test_client().post("/v1/auth/token", json=dotted).status_code == 401


def test_nobody_revokes_a_key_that_holds_more_than_they_do(api: Api) -> None:
    body = {"name": "All", "permissions": sorted(PERMISSIONS)}
    made: Any = api.owner.call("POST", "/v1/api-keys", body).json
    clerk = api.with_permissions(frozenset({"users.manage"}))
    answer: Any = clerk.call("DELETE", f"/v1/api-keys/{made['id']}")
    assert (answer.status_code, answer.json["code"]) == (403, "access.beyond_your_own")
    assert Caller(api.app.test_client(), made["token"]).call("GET", "/v1/me").status_code == 200
    assert api.owner.call("DELETE", f"/v1/api-keys/{made['id']}").status_code == 204


@pytest.mark.parametrize(
    "password", ["elevenchars", "password1234", "someone@example.com", "qwertyuiop123"]
)
def test_a_password_that_is_short_or_guessed_soon_is_refused(api: Api, password: str) -> None:
    body = {"email": "someone@example.com", "name": "X", "password": password, "role": "viewer"}
    answer: Any = api.owner.call("POST", "/v1/users", body)
    assert answer.status_code == 422
    assert [it["field"] for it in answer.json["errors"]] == ["password"]


def test_changing_the_workspace_needs_the_version_that_was_read(api: Api) -> None:
    read = api.owner.call("GET", "/v1/workspace")
    changed = api.owner.call(
        "PATCH", "/v1/workspace", {"time_zone": "Europe/Berlin"}, If_Match=read.headers["ETag"]
    )
    assert changed.status_code == 200
    stale = api.owner.call("PATCH", "/v1/workspace", {"name": "B"}, If_Match=read.headers["ETag"])
    assert stale.status_code == 412
    wrong = api.owner.call("PATCH", "/v1/workspace", {"time_zone": "Mars", "currency": "ZZZ"})
    assert wrong.json is not None
    assert {entry["field"] for entry in wrong.json["errors"]} == {"time_zone", "currency"}


def test_a_role_is_exactly_its_permissions(api: Api) -> None:
    for role, permissions in ROLES.items():
        me: Any = api.with_role(role).call("GET", "/v1/me").json
        assert set(me["permissions"]) == permissions


def test_no_token_and_no_password_stands_in_the_database(api: Api) -> None:
    with api.runtime.login_engine.connect() as connection:
        row = connection.execute(
            text("SELECT * FROM find_user_by_email('owner@example.com')")
        ).one()
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash
