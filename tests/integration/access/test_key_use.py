"""When a key was last used: written at most once a minute, and never in anyone's way."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from services.clients.access.operations import authentication
from tests.fixtures.api import Api

_AGE = text("UPDATE api_keys SET last_used_at = last_used_at - CAST(:age AS interval)")


def _key(api: Api) -> tuple[str, str]:
    body = {"name": "Reporting", "permissions": ["clients.view"]}
    made: Any = api.owner.call("POST", "/v1/api-keys", body).json
    return made["id"], made["token"]


def _use(http: FlaskClient, token: str) -> int:
    authentication.forget()
    return http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def _last_used(api: Api, key_id: str) -> Any:
    listed: Any = api.owner.call("GET", "/v1/api-keys").json
    return next(key["last_used_at"] for key in listed["data"] if key["id"] == key_id)


def _age(api: Api, age: str) -> None:
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(_AGE, {"age": age})


def test_a_key_says_when_it_was_last_used(api: Api) -> None:
    key_id, token = _key(api)
    assert _last_used(api, key_id) is None
    assert _use(api.app.test_client(), token) == 200
    assert _last_used(api, key_id) is not None


def test_within_a_minute_it_is_written_once(api: Api) -> None:
    key_id, token = _key(api)
    http = api.app.test_client()
    _use(http, token)
    first = _last_used(api, key_id)
    _use(http, token)
    assert _last_used(api, key_id) == first
    _age(api, "61 seconds")
    _use(http, token)
    assert _last_used(api, key_id) > first


def test_one_process_asks_the_database_once_a_minute(api: Api) -> None:
    """Its own memory holds the write back: no transaction, not even one that changes nothing."""
    key_id, token = _key(api)
    http = api.app.test_client()
    _use(http, token)
    _age(api, "1 hour")
    aged = _last_used(api, key_id)
    authentication._look_up.cache_clear()  # As after a second: the caller is looked up again.
    assert http.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert _last_used(api, key_id) == aged


def test_a_key_that_someone_holds_still_opens_at_once(api: Api) -> None:
    _, token = _key(api)
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("SELECT id FROM api_keys FOR UPDATE"))
        assert _use(api.app.test_client(), token) == 200


def test_using_a_key_is_no_event(api: Api) -> None:
    count = text("SELECT count(*) FROM event_log")
    _, token = _key(api)
    with api.runtime.pipe_engine.connect() as connection:
        before = connection.scalar(count)
        _use(api.app.test_client(), token)
        assert connection.scalar(count) == before
