"""The record's routes in a workspace, as someone who may do everything or what a test says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.rows import dict_row

from services.clients.access.operations.people import create_workspace
from services.clients.drafts.routes.drafts import blueprint as drafts
from services.clients.listing.queries import search
from services.clients.listing.routes import blueprint as views
from services.clients.records.routes.clients import blueprint as records
from services.clients.records.routes.elements import blueprint as elements
from services.clients.records.routes.pricing import blueprint as rates
from services.clients.service import register_features
from shared.http.app import Api, create_api
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings
from tests.factories.events import JO
from tests.fixtures.databases import Databases

register_features()


@dataclass(frozen=True)
class Answered:
    """What a route answered."""

    status: int
    body: Any
    headers: Any

    @property
    def version(self) -> int:
        """The version that the `ETag` names."""
        return int(self.headers["ETag"].strip('"'))

    @property
    def errors(self) -> dict[str, str]:
        """The code of the error of each wrong field."""
        return {error["field"]: error["code"] for error in self.body["errors"]}


class Caller:
    """Calls the API in one workspace with some permissions."""

    def __init__(self, app: Flask, workspace_id: uuid.UUID, *permissions: str) -> None:
        self._app = app
        self.workspace_id = workspace_id
        self._token = " ".join([str(workspace_id), *permissions])

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int | None = None,
        if_match: int | str | None = None,
        query: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        """Send a request; `expect` is the status that the answer must have."""
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if if_match is not None:
            sent["If-Match"] = f'"{if_match}"'
        http: FlaskClient = self._app.test_client()
        made = http.open(path, method=method, json=body, headers=sent, query_string=query)
        if expect is not None:
            assert made.status_code == expect, made.get_data(as_text=True)[:2000]
        return Answered(made.status_code, made.get_json(force=True, silent=True), made.headers)

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A client made of the body, whatever is like it; as it was answered."""
        sent = {"allow_duplicate": True, **body}
        made: dict[str, Any] = self("POST", "/v1/clients", sent, expect=201).body
        return made

    def patch(self, client: dict[str, Any], body: dict[str, Any]) -> Answered:
        """Change a client at the version it was answered at."""
        path = f"/v1/clients/{client['id']}"
        return self("PATCH", path, body, if_match=client["version"])

    def get(self, client: dict[str, Any]) -> dict[str, Any]:
        """The client as it is now."""
        found: dict[str, Any] = self("GET", f"/v1/clients/{client['id']}", expect=200).body
        return found


@pytest.fixture
def runtime(settings: Settings) -> Runtime:
    """The clients service's process."""
    return Runtime("clients", settings)


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The routes of the record and of the list; a token is a workspace's id and permissions."""

    def authenticate(_runtime: Runtime, token: str) -> Identity:
        workspace_id, *permissions = token.split()
        return Identity(uuid.UUID(workspace_id), JO, frozenset(permissions))

    return create_api(
        "clients",
        settings,
        Api(blueprints=[views, records, elements, rates, drafts], authenticate=authenticate),
    )


@pytest.fixture
def make_workspace(runtime: Runtime) -> Callable[..., Origin]:
    """Makes a workspace; answers who acts in it."""

    def make(**values: str) -> Origin:
        where = Origin(uuid7(), JO, correlation_id="test")
        with runtime.unit_of_work(where) as uow:
            workspace = create_workspace(uow, "North Star Engineering")
            for name, value in values.items():
                setattr(workspace, name, value)
        return where

    return make


@pytest.fixture
def origin(make_workspace: Callable[..., Origin]) -> Origin:
    """Jo in a workspace."""
    return make_workspace()


@pytest.fixture
def api(app: Flask, origin: Origin) -> Caller:
    """The API in that workspace, with every permission."""
    return Caller(app, origin.workspace_id, *PERMISSIONS)


@pytest.fixture
def caller(app: Flask, origin: Origin) -> Callable[..., Caller]:
    """The API in that workspace, with the permissions named."""
    return lambda *permissions: Caller(app, origin.workspace_id, *permissions)


@pytest.fixture
def other(app: Flask, make_workspace: Callable[..., Origin]) -> Caller:
    """The API in another workspace, with every permission."""
    return Caller(app, make_workspace().workspace_id, *PERMISSIONS)


@pytest.fixture
def database(databases: Databases) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A look behind the policies."""
    with psycopg.connect(
        databases.url("clients"), row_factory=dict_row, autocommit=True
    ) as connection:
        yield connection


@pytest.fixture
def logged(
    database: psycopg.Connection[dict[str, Any]],
) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """The events of a client, oldest first."""

    def read(client: dict[str, Any]) -> list[dict[str, Any]]:
        query = """
            SELECT type, aggregate_version AS version, client_id::text, data FROM event_log
            WHERE subject = %s ORDER BY id
        """
        return database.execute(query, [f"client/{client['id']}"]).fetchall()

    return read


#: What most of each way takes, so that it is taken: see `searching`.
_WAYS = {
    "in order": {"MOST_IN_ORDER": 10**9},
    "in order, first where it is too near": {"MOST_IN_ORDER": 10**9, "_FEW": 0, "_MARGIN": 0},
    "in order, others looked at": {"MOST_IN_ORDER": 10**9, "_ENTRIES_PER_CLIENT": 0},
    "looked up": {"MOST_IN_ORDER": -1, "MOST_LOOKED_UP": 10**9},
    "walked": {"MOST_IN_ORDER": -1, "MOST_LOOKED_UP": -1},
}


@pytest.fixture(params=_WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way in which a search may be carried out, whatever would be cheapest."""
    for name, value in _WAYS[request.param].items():
        monkeypatch.setattr(search, name, value)
