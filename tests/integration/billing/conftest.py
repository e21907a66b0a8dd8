"""A workspace with a client, and billing's routes as someone who may do everything."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.rows import dict_row

from services.clients.access.models import Workspace
from services.clients.access.operations.people import create_workspace
from services.clients.billing.routes.invoices import BLUEPRINTS as BILLING
from services.clients.projects.routes import BLUEPRINTS as PROJECTS
from services.clients.records.operations.creating import create_client
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

Call = Callable[..., Any]

register_features()


@dataclass(frozen=True)
class Answered:
    """What a route answered: status, body, and the version of its ETag."""

    status: int
    body: Any
    etag: str | None


@pytest.fixture
def runtime(settings: Settings) -> Runtime:
    """The clients service's process."""
    return Runtime("clients", settings)


@pytest.fixture
def origin(runtime: Runtime) -> Origin:
    """Jo in a workspace that exists."""
    where = Origin(uuid7(), JO, correlation_id="test")
    with runtime.unit_of_work(where) as uow:
        create_workspace(uow, "North Star Engineering")
    return where


@pytest.fixture
def make_client(runtime: Runtime, origin: Origin) -> Callable[..., uuid.UUID]:
    """Makes a client from a body with the keys given; answers its id."""

    def make(**body: Any) -> uuid.UUID:
        whole = {
            "company_name": "Acme Machines",
            "client_code": "ACM",
            "primary_contact": {"name": "Jo Park", "email": "jo@acme.example.com"},
            "address": {"street": "1 Main St", "city": "Saint Paul", "country": "US"},
            "allow_duplicate": True,
            **body,
        }
        with runtime.unit_of_work(origin) as uow:
            return create_client(uow, whole).client.id

    return make


@pytest.fixture
def client_id(make_client: Callable[..., uuid.UUID]) -> uuid.UUID:
    """A client with the code ACM."""
    return make_client()


@pytest.fixture
def set_workspace(runtime: Runtime, origin: Origin) -> Callable[..., None]:
    """Sets defaults of the workspace."""

    def change(**values: Any) -> None:
        with runtime.unit_of_work(origin) as uow:
            workspace = uow.session.get_one(Workspace, origin.workspace_id)
            for name, value in values.items():
                setattr(workspace, name, value)

    return change


@pytest.fixture
def http(settings: Settings, origin: Origin) -> Iterator[FlaskClient]:
    """Billing's routes; the token is the id of the workspace one is in."""

    def authenticate(_runtime: Runtime, token: str) -> Identity:
        return Identity(uuid.UUID(token), JO, PERMISSIONS)

    app = create_api(
        "clients", settings, Api(blueprints=[*BILLING, *PROJECTS], authenticate=authenticate)
    )
    with app.test_client() as caller:
        caller.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {origin.workspace_id}"
        yield caller


@pytest.fixture
def call(http: FlaskClient) -> Call:
    """`call("POST", path, {...}, expect=201, if_match=1)` → `Answered`."""

    def run(
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int = 200,
        if_match: int | None = None,
        **headers: str,
    ) -> Answered:
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        made = http.open(path, method=method, json=body, headers=headers)
        assert made.status_code == expect, made.get_data(as_text=True)
        return Answered(
            made.status_code, made.get_json(force=True, silent=True), made.headers.get("ETag")
        )

    return run


@pytest.fixture
def logged(databases: Databases) -> Callable[..., list[dict[str, Any]]]:
    """The events of billing in the log, oldest first."""

    def read(prefix: str = "") -> list[dict[str, Any]]:
        query = (
            "SELECT type, subject, aggregate_version, client_id, data FROM event_log "
            "WHERE type ~ '^clients\\.(project|invoice)\\.' AND starts_with(subject, %s) "
            "ORDER BY id"
        )
        with psycopg.connect(databases.url("clients"), row_factory=dict_row) as connection:
            return connection.execute(query, [prefix]).fetchall()

    return read


@pytest.fixture
def draft(call: Call, client_id: uuid.UUID) -> Callable[..., dict[str, Any]]:
    """Makes a draft over 1,200.00 with 8 % tax; answers it."""

    def make(client: uuid.UUID = client_id, **body: Any) -> dict[str, Any]:
        lines = [
            {
                "description": "Line 4 retrofit",
                "quantity": "8",
                "unit_price": "150.00",
                "tax_rate": "8",
            }
        ]
        whole = {"lines": lines, **body}
        made = call("POST", f"/v1/clients/{client}/invoices", whole, expect=201)
        found: dict[str, Any] = made.body
        return found

    return make


@pytest.fixture
def issued(call: Call, draft: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Makes and issues an invoice over 1,296.00; answers it."""

    def make(*args: Any, **body: Any) -> dict[str, Any]:
        path = f"/v1/invoices/{draft(*args, **body)['id']}/issue"
        found: dict[str, Any] = call("POST", path, {}).body
        return found

    return make
