"""The façade with real services behind it, and a client to ask about."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.activity.service import ACTIVITY
from services.clients.access.operations.people import create_api_key
from services.documents.service import DOCUMENTS
from services.documents.settings import DocumentsSettings
from services.metrics.service import METRICS
from shared.messaging.outbox import Origin
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.security.permissions import PERMISSIONS
from shared.settings import Settings, load
from tests.factories.callers import JO
from tests.fixtures import api
from tests.fixtures.databases import Databases
from tests.integration.gateway.servers import serving

Addresses = dict[str, str]


@pytest.fixture(scope="module")
def addresses(migrated: Databases) -> Iterator[Addresses]:
    """The three services behind the façade, each on a port of its own."""
    environment = migrated.environment
    apps = {
        "documents": create_app(DOCUMENTS, load(DocumentsSettings, environment)),
        "activity": create_app(ACTIVITY, load(ACTIVITY.settings, environment)),
        "metrics": create_app(METRICS, load(Settings, environment)),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(serving(app)) for name, app in apps.items()}


@dataclass
class Office:
    """Someone with a token, and one client of the workspace."""

    http: FlaskClient
    token: str
    client_id: str = ""

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        """One call to the public API."""
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        return self.http.open(f"/v1{path}", method=method, headers=headers, **kwargs)

    def get(self, part: str, **kwargs: Any) -> Any:
        """One part of the client."""
        return self.call("GET", f"/clients/{self.client_id}/{part}", **kwargs)


Facade = Callable[[Mapping[str, str]], Office]


@pytest.fixture
def facade(environment: dict[str, str]) -> Facade:
    """`facade(addresses)`: a façade that finds the services there, and a client in it."""

    def make(addresses: Mapping[str, str]) -> Office:
        urls = {f"CLIENTELE_{name.upper()}_URL": url for name, url in addresses.items()}
        settings = load(Settings, {**environment, **urls})
        founded = api.found(Runtime("clients", settings), "North Star")
        office = Office(api.facade(settings).test_client(), founded.token)
        body = {
            "company_name": "Acme Machines",
            "primary_contact": {"email": "jo@acme.example.com"},
        }
        made = office.call("POST", "/clients", json=body)
        assert made.status_code == 201, made.text
        office.client_id = made.json["id"]
        return office

    return make


@pytest.fixture
def office(facade: Facade, addresses: Addresses) -> Office:
    """A façade with everything behind it in order."""
    return facade(addresses)


@pytest.fixture
def key_with(environment: dict[str, str]) -> Callable[..., str]:
    """`key_with(workspace_id, *permissions)` → a token that may do only that."""

    def make(workspace_id: uuid.UUID, *permissions: str) -> str:
        runtime = Runtime("clients", load(Settings, environment))
        with runtime.unit_of_work(Origin(workspace_id, JO, "test")) as uow:
            _, token = create_api_key(uow, "Narrow", permissions, held=PERMISSIONS)
        return token

    return make
