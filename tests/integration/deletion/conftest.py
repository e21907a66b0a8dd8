"""All four services in one process: what is told is delivered, what is due is done."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
import urllib3
from werkzeug.test import TestResponse

from cli.services import SERVICES
from services.activity.service import ACTIVITY
from services.clients.access.operations import authentication
from services.clients.deletion.tasks import advance_deletions
from services.clients.service import CLIENTS
from services.documents.files.operations.uploads import Uploads
from services.documents.files.tasks import erase_clients
from services.documents.service import DOCUMENTS
from services.documents.settings import DocumentsSettings
from services.metrics.service import METRICS
from shared.messaging.envelope import Actor
from shared.messaging.inbox import Inbox
from shared.messaging.outbox import Origin
from shared.messaging.topology import SUBSCRIPTIONS
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.settings import Settings, load
from tests.factories import documents as files
from tests.factories.events import batch
from tests.fixtures.api import Caller, found
from tests.fixtures.databases import Databases
from tests.fixtures.traces import traces
from tests.integration.gateway.servers import serving
from tests.integration.messaging.conftest import read_log

_web = urllib3.PoolManager(retries=False)


def put(url: str, data: bytes) -> None:
    """Upload as a browser does."""
    answer = _web.request("PUT", url, body=data)
    assert answer.status == 200, answer.data


@dataclass
class Firm:
    """A workspace in the whole system, without its processes: nothing moves by itself."""

    caller: Caller
    databases: Databases
    runtimes: Mapping[str, Runtime]
    uploads: Uploads
    workspace_id: uuid.UUID

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One request to the public API."""
        return self.caller.call(method, f"/v1{path}", body, **headers)

    def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a request that is accepted."""
        answer = self.call(method, path, body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    def origin(self) -> Origin:
        """For calling operations directly."""
        return Origin(self.workspace_id, Actor("system", None, "test"), "test")

    def deliver(self, *consumers: str) -> None:
        """Let the consumers (all of them, unless some are named) hear everything told so far."""
        for consumer in consumers or SERVICES:
            service, engine = SERVICES[consumer], self.runtimes[consumer].pipe_engine
            inbox = Inbox(consumer, engine, service.apply(), service.uses)
            for source in SUBSCRIPTIONS[consumer]:
                envelopes = read_log(self.runtimes[source])
                for start in range(0, len(envelopes), 100):
                    part = batch(envelopes[start : start + 100])
                    inbox.ingest({**part, "source": f"/{source}"})

    def work(self) -> None:
        """Let every job do what is due."""
        advance_deletions(self.runtimes["clients"])
        erase_clients(self.runtimes["documents"], self.uploads)

    def settle(self) -> None:
        """Deliver and work until a deletion that was begun must be done."""
        self.deliver()
        self.work()
        self.deliver()

    def client(self, name: str, **more: Any) -> str:
        """A client, whatever is like it; its id."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        body = {"company_name": name, "primary_contact": {"name": name, "email": email}, **more}
        return str(self.ok("POST", "/clients", {"allow_duplicate": True, **body})["id"])

    def invoice(self, client_id: str, amount: str = "100.00", *, issued: bool = True) -> Any:
        """An invoice, issued or left a draft."""
        line = {"description": "Work", "quantity": "1", "unit_price": amount}
        made = self.ok("POST", f"/clients/{client_id}/invoices", {"lines": [line]})
        return self.ok("POST", f"/invoices/{made['id']}/issue", {}) if issued else made

    def document(self, client_id: str, name: str = "contract.pdf") -> Any:
        """A document that is available."""
        path, data = f"/clients/{client_id}/documents", files.pdf()
        made = self.ok("POST", path, {"file_name": name, "size": len(data), "title": name})
        put(made["upload"]["url"], data)
        return self.ok("POST", f"{path}/{made['id']}/complete", {})

    def plan(self, client_id: str) -> Any:
        """What a deletion would do."""
        return self.ok("GET", f"/clients/{client_id}/deletion-plan")

    def delete(self, client_id: str) -> Any:
        """Delete as planned; the receipt."""
        confirm = self.plan(client_id)["confirm"]
        return self.ok("DELETE", f"/clients/{client_id}?confirm={confirm}")

    def receipt(self, deletion: Any) -> Any:
        """The receipt as it is now."""
        return self.ok("GET", f"/deletions/{deletion['deletion_id']}")

    def summaries(self, client_id: str) -> list[str]:
        """The client's timeline, oldest first."""
        page = self.ok("GET", f"/clients/{client_id}/activity?order=oldest&limit=200")
        return [entry["summary"] for entry in page["data"]]

    def traces(self, word: str) -> list[str]:
        """Where the word stands in any of the four databases, or in the bucket."""
        traced = []
        vault = self.runtimes["clients"].vault
        for service in SERVICES:
            with psycopg.connect(self.databases.url(service)) as connection:
                traced += [f"{service}: {each}" for each in traces(connection, word, vault)]
        return traced

    def objects(self) -> list[str]:
        """Every key in the bucket."""
        return [stored.key for stored in self.uploads.store.walk("")]


@pytest.fixture
def firm(databases: Databases) -> Iterator[Firm]:
    """A firm whose services answer each other over HTTP."""
    bucket = {"CLIENTELE_S3_BUCKET": f"test-{uuid.uuid4().hex[:12]}"}
    environment = {**databases.environment, **bucket}
    documents = create_app(DOCUMENTS, load(DocumentsSettings, environment))
    apps = {
        "documents": documents,
        "activity": create_app(ACTIVITY, load(ACTIVITY.settings, environment)),
        "metrics": create_app(METRICS, load(Settings, environment)),
    }
    with ExitStack() as stack:
        urls = {
            f"CLIENTELE_{name.upper()}_URL": stack.enter_context(serving(app))
            for name, app in apps.items()
        }
        app = create_app(CLIENTS, load(Settings, {**environment, **urls}))
        runtimes = {name: each.extensions["clientele"] for name, each in apps.items()}
        runtimes["clients"] = app.extensions["clientele"]
        authentication.forget()
        founded = found(runtimes["clients"], "North")
        uploads: Uploads = documents.extensions["clientele.uploads"]
        documents_store = uploads.store
        documents_store.check()
        caller = Caller(app.test_client(), founded.token)
        yield Firm(caller, databases, runtimes, uploads, founded.workspace_id)
