"""The feed as it happens, through the public address."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.fixtures.firm import Firm, found_workspace
from tests.fixtures.streams import STREAM, Reader, reading
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

#: Longer than the pause between two looks at whether a caller may still be answered.
SOON_SECONDS = 8.0


@contextmanager
def _as(firm: Firm, token: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=firm.system.stack["api"], headers=headers, timeout=20) as http:
        yield http


def _ends(stream: Reader) -> float:
    """In how many seconds the stream ends."""
    start = time.monotonic()
    for _ in stream.events():
        pass
    return time.monotonic() - start


def _key(firm: Firm, *permissions: str) -> Any:
    return firm.post("/api-keys", {"name": "Stream", "permissions": list(permissions)})


def test_an_edit_is_seen_on_the_stream_a_moment_later(firm: Firm) -> None:
    made = firm.client(industry="Industrials")
    firm.sees(made["id"], "clients.client.created.v1")
    # That it was made may have its place in the feed a moment after it stands on the timeline.
    with reading(firm.http, client=made["id"], types="clients.client.updated.*") as stream:
        start = time.monotonic()
        patched = firm.http.patch(
            f"/v1/clients/{made['id']}",
            json={"industry": "Utilities"},
            headers={"If-Match": f'"{made["version"]}"'},
        )
        assert patched.status_code == 200
        (event,) = stream.take(1)
        assert time.monotonic() - start < 5
    assert event["type"] == "clients.client.updated.v1"
    change = {"field": "industry", "before": "Industrials", "after": "Utilities"}
    assert change in event["data"]["changes"]


def test_a_long_poll_is_answered_with_the_edit_it_waited_for(firm: Firm) -> None:
    head = firm.get("/events", limit=1)["head"]
    pages: list[Any] = []
    asked = {"after": head, "types": "clients.client.*", "wait": 9}
    asking = threading.Thread(target=lambda: pages.append(firm.get("/events", **asked)))
    asking.start()
    made = firm.client()
    asking.join()
    assert [event["client_id"] for event in pages[0]["events"]] == [made["id"]]


def test_a_revoked_key_and_one_without_the_permission_read_no_stream(firm: Firm) -> None:
    key = _key(firm, "clients.view")
    with _as(firm, key["token"]) as http:
        with reading(http) as stream:
            next(stream.lines)
            assert firm.http.delete(f"/v1/api-keys/{key['id']}").status_code == 204
            assert _ends(stream) < SOON_SECONDS
        assert http.get(STREAM).status_code == 401
    with _as(firm, _key(firm, "documents.view")["token"]) as http:
        assert http.get(STREAM).status_code == 403
    with _as(firm, "cak_nobody") as http:
        assert http.get(STREAM).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET expires_at = clock_timestamp() WHERE workspace_id = %s",
        "UPDATE users SET role = 'member' WHERE role = 'viewer' AND workspace_id = %s",
    ],
    ids=["expired", "another role"],
)
def test_a_token_that_has_expired_or_means_something_else_ends_its_stream(
    firm: Firm, system: System, change: str
) -> None:
    email, password = f"{uuid.uuid4().hex}@example.com", "a long password"
    firm.post("/users", {"email": email, "name": "Jo", "role": "viewer", "password": password})
    signed_in = firm.post("/auth/token", {"email": email, "password": password}, 200)
    with _as(firm, signed_in["access_token"]) as http, reading(http) as stream:
        next(stream.lines)
        with system.superuser("clients") as database:
            database.execute(change, [firm.workspace])
        assert _ends(stream) < SOON_SECONDS


def test_a_workspace_hears_no_word_of_another(firm: Firm, system: System) -> None:
    with _as(firm, found_workspace(system)["token"]) as http:
        head = http.get("/v1/events", params={"limit": 1}).json()["head"]
        with (
            reading(http, after=head) as elsewhere,
            reading(firm.http, types="clients.client.*") as here,
        ):
            made = firm.client()
            assert here.take(1)[0]["client_id"] == made["id"]
            body = {"company_name": "Own", "primary_contact": {"email": "a@b.example.com"}}
            own = http.post("/v1/clients", json=body).json()
            told = next(e for e in elsewhere.events() if e["type"] == "clients.client.created.v1")
            assert told["client_id"] == own["id"]


def test_a_wrong_question_is_refused_with_each_field(firm: Firm) -> None:
    answer = firm.http.get(STREAM, params={"types": "x", "client": "y", "limit": "3"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {each["field"] for each in answer.json()["errors"]} == {"types[0]", "client", "limit"}
    assert eventually("it is described", lambda: _described(firm), 5)


def _described(firm: Firm) -> bool:
    return STREAM in firm.http.get("/openapi.json").json()["paths"]
