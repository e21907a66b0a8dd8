"""Idempotency keys: sent twice, carried out once, answered the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

Count = Callable[[], int]
KEY = {"Idempotency-Key": "order-66"}


def test_the_same_key_and_body_give_the_stored_answer(
    http: FlaskClient, count_events: Count
) -> None:
    first = http.post("/v1/notes", json={"name": "a"}, headers=KEY)
    again = http.post("/v1/notes", json={"name": "a"}, headers=KEY)
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Location"] == "/v1/x"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count_events() == 1


def test_the_same_key_with_another_body_is_refused(http: FlaskClient, count_events: Count) -> None:
    http.post("/v1/notes", json={"name": "a"}, headers=KEY)
    other = http.post("/v1/notes", json={"name": "b"}, headers=KEY)
    assert other.status_code == 422
    assert other.json is not None
    assert other.json["code"] == "idempotency.key_reused"
    assert count_events() == 1


def test_a_refusal_is_stored_and_its_change_is_not(http: FlaskClient, count_events: Count) -> None:
    answers = [
        http.post("/v1/notes", json={"name": "a", "fail": True}, headers=KEY) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "Idempotent-Replayed" in answers[1].headers
    assert count_events() == 0


def test_two_at_once_are_carried_out_once_and_the_second_told_to_wait(app: Flask) -> None:
    def send(_: int) -> int:
        headers = {**KEY, "Authorization": "Bearer writer"}
        return app.test_client().post("/v1/notes/slow", headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [200, 409]


def test_another_caller_with_the_same_key_gets_an_answer_of_their_own(
    http: FlaskClient, count_events: Count
) -> None:
    """A stored answer may hold a secret, or what only its caller may see."""
    as_colleague = {**KEY, "Authorization": "Bearer colleague"}
    mine = http.post("/v1/notes", json={"name": "a"}, headers=KEY)
    theirs = http.post("/v1/notes", json={"name": "a"}, headers=as_colleague)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in theirs.headers
    assert mine.data != theirs.data
    assert count_events() == 2


@pytest.mark.parametrize(("first", "later"), [("promoted", "writer"), ("writer", "promoted")])
def test_an_answer_is_not_given_again_to_other_rights_and_nothing_is_done_twice(
    http: FlaskClient, count_events: Count, first: str, later: str
) -> None:
    for token, expected in ((first, 201), (later, 409), (first, 201)):
        headers = {**KEY, "Authorization": f"Bearer {token}"}
        answer = http.post("/v1/notes", json={"name": "a"}, headers=headers)
        assert answer.status_code == expected
        if expected == 409:
            assert answer.json is not None
            assert answer.json["code"] == "idempotency.rights_changed"
    assert count_events() == 1


def test_a_missing_permission_is_not_stored(http: FlaskClient) -> None:
    as_reader = {**KEY, "Authorization": "Bearer reader"}
    assert http.post("/v1/notes", json={"name": "a"}, headers=as_reader).status_code == 403
    assert http.post("/v1/notes", json={"name": "a"}, headers=KEY).status_code == 201


def test_a_key_that_is_not_printable_or_too_long_is_refused(http: FlaskClient) -> None:
    for key in ("", "x" * 256, "tab\there"):
        answer = http.post("/v1/notes", json={"name": "a"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 422


def test_stored_answers_cannot_be_read_in_the_table(http: FlaskClient, app: Flask) -> None:
    http.post("/v1/notes", json={"name": "secret words"}, headers=KEY)
    with app.extensions["clientele"].pipe_engine.connect() as connection:
        body = connection.scalar(text("SELECT body FROM idempotency_keys"))
    assert b"secret words" not in bytes(body or b"")
