"""The edge: bad input in every shape gets a clear problem and writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

Count = Callable[[], int]


def _fields(answer: Any) -> list[tuple[str, str]]:
    return [(entry["field"], entry["code"]) for entry in answer.json["errors"]]


def test_every_wrong_field_is_named_at_once(http: FlaskClient, count_events: Count) -> None:
    body = {"people": [{"email": "a@b.example"}, {"email": "no", "age": 3}], "colour": 1}
    answer = http.post("/v1/notes", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert set(_fields(answer)) == {
        ("name", "required"),
        ("colour", "unknown_field"),
        ("people[1].email", "wrong_type"),
        ("people[1].age", "unknown_field"),
    }
    assert count_events() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"name": NaN}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"people": ' + b"[" * 900 + b"]" * 900 + b"}", 413),
        (b"[]", 422),
        (b"7", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"", 422),
        (b'{"name": 5}', 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"na\\u0000me": "a"}', 422),
        (b'{"name": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_cannot_be_meant_is_a_clear_problem(
    http: FlaskClient, count_events: Count, body: bytes, status: int
) -> None:
    answer = http.post("/v1/notes", data=body, content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert count_events() == 0


def test_a_literal_backslash_u0000_is_text_and_allowed(http: FlaskClient) -> None:
    answer = http.post("/v1/notes", data=b'{"name": "\\\\u0000"}', content_type="application/json")
    assert answer.status_code == 201


def test_a_body_of_another_media_type_is_415(http: FlaskClient) -> None:
    assert http.post("/v1/notes", data=b"name=a").status_code == 415


@pytest.mark.parametrize("token", ["", "nobody", "writer x", "\x7f"])
def test_an_unknown_caller_is_401_before_the_body_is_looked_at(
    http: FlaskClient, token: str
) -> None:
    answer = http.post("/v1/notes", data=b"{", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_missing_permission_is_named(http: FlaskClient) -> None:
    answer = http.post("/v1/notes", data=b"{", headers={"Authorization": "Bearer reader"})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["permission"] == "notes.create"


def test_a_wrong_method_says_which_are_right(http: FlaskClient) -> None:
    answer = http.delete("/v1/notes")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_an_unknown_path_is_a_problem(http: FlaskClient) -> None:
    answer = http.get("/v1/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_defect_says_no_more_than_its_request_id(http: FlaskClient) -> None:
    answer = http.get("/v1/notes/broken", headers={"X-Request-ID": "find-me"})
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["request_id"] == "find-me"
    assert b"a defect" not in answer.data


@pytest.mark.parametrize(
    ("header", "version"), [('"3"', 3), ('W/"3"', -1), ("*", None), ('"x"', -1), ("3", 3)]
)
def test_if_match_is_read_as_a_version(http: FlaskClient, header: str, version: int | None) -> None:
    answer = http.patch("/v1/notes/lenient", headers={"If-Match": header})
    assert answer.json == {"version": version}


def test_a_missing_if_match_is_428_where_it_is_required(http: FlaskClient) -> None:
    assert http.patch("/v1/notes/strict").status_code == 428
    assert http.patch("/v1/notes/lenient").json == {"version": None}


@pytest.mark.parametrize("descending", ["true", "false"])
def test_pages_follow_each_other_without_gap_or_double(http: FlaskClient, descending: str) -> None:
    made = [http.post("/v1/notes", json={"name": "n"}).json for _ in range(8)]
    expected = [entry["id"] for entry in made if entry is not None]
    if descending == "true":
        expected.reverse()
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"descending": descending, **({"cursor": cursor} if cursor else {})}
        page: Any = http.get("/v1/notes", query_string=query).json
        seen += page["data"]
        cursor = page["next"]
    assert seen == expected


def test_a_forged_or_foreign_cursor_is_refused(http: FlaskClient) -> None:
    for _ in range(5):
        http.post("/v1/notes", json={"name": "n"})
    page: Any = http.get("/v1/notes").json
    cursor: str = page["next"]
    forged = [cursor[:-2] + "AA", "x", "☃", "", "AAAA" * 20]
    for wrong in forged:
        answer = http.get("/v1/notes", query_string={"cursor": wrong})
        assert answer.status_code == 422, wrong
        assert _fields(answer) == [("cursor", "invalid_cursor")]
    foreign = http.get("/v1/notes", query_string={"cursor": cursor, "descending": "true"})
    assert foreign.status_code == 422


def test_internal_routes_do_not_exist_for_callers(http: FlaskClient) -> None:
    assert http.get("/internal/feed").status_code == 404
    assert http.get("/internal/head").status_code == 404


def test_health_and_the_openapi_document_need_no_token(http: FlaskClient) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert http.get(path, headers={"Authorization": ""}).status_code == 200
    document: Any = http.get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
