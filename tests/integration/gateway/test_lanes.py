"""What takes long has its lane: no route that hashes a password or waits for a check is missed."""

from __future__ import annotations

from typing import Any

from flask import Flask

from shared.http.lanes import CHECKS, PASSWORDS, Lane, lane_of
from tests.fixtures.api import Api


def _lane(app: Flask, method: str, path: str) -> Lane | None:
    some = "01970000-0000-7000-8000-000000000000"
    filled = "/".join(some if part.startswith("{") else part for part in path.split("/"))
    return lane_of(app, {"REQUEST_METHOD": method, "PATH_INFO": filled})


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """The fields of a body that is sent as JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2])
    return set((named or schema).get("properties", ()))


def test_whatever_takes_a_password_and_nothing_else_is_in_its_lane(api: Api) -> None:
    app = api.app
    document = app.test_client().get("/openapi.json").get_json()
    fields = {
        (method.upper(), path): _fields(document, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in {"post", "put", "patch"}
    }
    hashing = {way for way, named in fields.items() if "password" in named}
    assert len(hashing) >= 12
    assert {way for way in fields if _lane(app, *way) is PASSWORDS} == hashing


def test_whatever_waits_for_the_check_of_a_file_is_in_its_lane(api: Api) -> None:
    app = api.app
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    waiting = {path for path in paths if path.endswith("/complete")}
    assert len(waiting) == 3
    assert {path for path in paths if _lane(app, "POST", path) is CHECKS} == waiting
