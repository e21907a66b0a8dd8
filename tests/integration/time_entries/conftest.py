"""A firm with a client whose work has rates, and a project to work on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.factories.clients import client_body
from tests.fixtures.api import Api, Caller
from tests.fixtures.databases import Databases

RATES = [{"position": "Engineer", "regular_rate": "100.00", "overtime_rate": "150.00"}]
Ok = Callable[..., Any]


@pytest.fixture
def ok(api: Api) -> Ok:
    """A request of the owner that succeeds: `ok("POST", "/time-entries", {...})`."""
    return succeed(api.owner)


def succeed(caller: Caller) -> Ok:
    """Requests of a caller, which must succeed; answers the body."""

    def run(method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = caller.call(method, f"/v1{path}", body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    return run


@pytest.fixture
def refused(api: Api) -> Ok:
    """A request that is refused: `(status, code, {field: code})`."""

    def run(method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = api.owner.call(method, f"/v1{path}", body, **headers)
        assert answer.status_code >= 400, answer.text
        told: Any = answer.json
        wrong = {error["field"]: error["code"] for error in told.get("errors") or []}
        return answer.status_code, told["code"], wrong

    return run


@pytest.fixture
def make_client(ok: Ok) -> Callable[..., str]:
    """Makes a client with rates; answers its id."""

    def make(**more: Any) -> str:
        body = client_body(rates=RATES, allow_duplicate=True, **more)
        return str(ok("POST", "/clients", body)["id"])

    return make


@pytest.fixture
def client_id(make_client: Callable[..., str]) -> str:
    """A client with a rate for engineers."""
    return make_client()


@pytest.fixture
def make_project(ok: Ok) -> Callable[..., str]:
    """Sets up an active project; answers its id."""

    def make(client_id: str, **more: Any) -> str:
        body = {"name": "Line 4 retrofit", "status": "active", **more}
        return str(ok("POST", f"/clients/{client_id}/projects", body)["id"])

    return make


@pytest.fixture
def project_id(client_id: str, make_project: Callable[..., str]) -> str:
    """A project of the client."""
    return make_project(client_id)


def hours_of(project_id: str, hours: str = "7.5", **more: Any) -> dict[str, Any]:
    """Hours of Ana on a Monday."""
    return {
        "project_id": project_id,
        "position": "Engineer",
        "person": "Ana Ruiz",
        "date": "2026-11-23",
        "hours": hours,
        **more,
    }


@pytest.fixture
def events(databases: Databases) -> Callable[[str], list[tuple[str, dict[str, Any]]]]:
    """The events of a subject, oldest first: `(type, data)`."""

    def read(subject: str) -> list[tuple[str, dict[str, Any]]]:
        with psycopg.connect(databases.url("clients")) as connection:
            rows = connection.execute(
                "SELECT type, data FROM event_log WHERE subject = %s ORDER BY id", [subject]
            )
            return [(kind, data) for kind, data in rows]

    return read
