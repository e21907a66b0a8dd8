"""The documents service on a real store: HTTP as the façade calls it, jobs as beat wakes them."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest
import urllib3
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text
from werkzeug.test import TestResponse

from services.documents.files.operations.uploads import Uploads
from services.documents.files.tasks import check_documents, sweep_documents
from services.documents.service import DOCUMENTS
from services.documents.settings import DocumentsSettings
from shared.db.engine import role_url
from shared.ids import uuid7
from shared.messaging.outbox import Origin
from shared.processes.api import create_app
from shared.runtime import Runtime
from shared.settings import load
from shared.storage.minio_store import MinioStore
from shared.unit_of_work import UnitOfWork
from tests.factories import documents as files
from tests.factories.callers import JO, service_token

EVERY_RIGHT = ("documents.view", "documents.create", "documents.update", "documents.delete")
_web = urllib3.PoolManager(retries=False)


@dataclass
class Office:
    """A workspace with one client, and everything a test does to its documents."""

    settings: DocumentsSettings
    runtime: Runtime
    uploads: Uploads
    http: FlaskClient
    owner: Engine
    workspace_id: uuid.UUID
    client_id: uuid.UUID

    def call(
        self, method: str, path: str = "", *, rights: tuple[str, ...] = EVERY_RIGHT, **kwargs: Any
    ) -> TestResponse:
        """One call as the façade passes it on; `path` follows the client's documents."""
        token = service_token(self.runtime.vault, "documents", self.workspace_id, *rights)
        headers = {"Authorization": f"Bearer {token}", **kwargs.pop("headers", {})}
        address = f"/v1/clients/{self.client_id}/documents{path}"
        return self.http.open(address, method=method, headers=headers, **kwargs)

    def search(self, typed: str, rights: tuple[str, ...]) -> list[str]:
        """The ids of the documents that are found by words."""
        token = service_token(self.runtime.vault, "documents", self.workspace_id, *rights)
        answer = self.http.get(
            "/v1/documents/search",
            query_string={"q": typed},
            headers={"Authorization": f"Bearer {token}"},
        )
        return [each["id"] for each in answer.json["data"]]

    def announce(
        self, name: str = "contract.pdf", size: int = len(files.pdf()), **more: Any
    ) -> Any:
        """A document whose file is awaited."""
        answer = self.call("POST", json={"file_name": name, "size": size, **more})
        assert answer.status_code == 201, answer.text
        return answer.json

    def upload(self, name: str, data: bytes, **more: Any) -> Any:
        """A document whose file has been put to its link."""
        document = self.announce(name, len(data), **more)
        put(document["upload"]["url"], data)
        return document

    def complete(self, document: Any, **body: Any) -> TestResponse:
        """Say that the bytes are there."""
        return self.call("POST", f"/{document['id']}/complete", json=body)

    def add(self, name: str = "contract.pdf", data: bytes | None = None, **more: Any) -> Any:
        """An available document."""
        answer = self.complete(self.upload(name, files.pdf() if data is None else data, **more))
        assert answer.status_code == 200, answer.text
        return answer.json

    def get(self, document: Any) -> Any:
        """The document as it stands."""
        return self.call("GET", f"/{document['id']}").json

    def begin(self) -> UnitOfWork:
        """A transaction of the workspace, as a route or a job opens it."""
        return self.runtime.unit_of_work(Origin(self.workspace_id, JO, "test"))

    def check(self) -> int:
        """What beat wakes every two seconds."""
        return check_documents(self.runtime, self.uploads)

    def sweep(self, *shares: int) -> None:
        """What beat wakes every half minute, over the shares of the bucket that are named."""
        for share in shares or (0,):
            sweep_documents(self.runtime, self.uploads, share)

    def sweep_everything(self) -> None:
        """The walk over the whole bucket, empty shares left out."""
        beginnings = [key.partition("-")[2][:2] for key in self.objects()]
        self.sweep(*{int(beginning, 16) for beginning in beginnings})

    def events(self) -> list[Any]:
        """The service's log, oldest first."""
        return self._rows("SELECT type, subject, aggregate_version, actor, data FROM event_log")

    def event_names(self) -> list[str]:
        """What happened, by the middle of its type."""
        return [row.type.split(".")[2] for row in self.events()]

    def rows(self) -> list[Any]:
        """Every row of the documents' table."""
        return self._rows("SELECT * FROM documents")

    def _rows(self, statement: str) -> list[Any]:
        with self.owner.connect() as connection:
            return list(connection.execute(text(f"{statement} ORDER BY id")))

    def objects(self) -> list[str]:
        """Every key in the bucket."""
        return [stored.key for stored in self.uploads.store.walk("")]

    def used_bytes(self) -> int:
        """What the quota counts."""
        with self.owner.connect() as connection:
            found = connection.scalar(text("SELECT sum(used_bytes) FROM workspace_usage"))
            return int(found or 0)

    def another_workspace(self) -> Office:
        """The same service seen from another workspace."""
        return replace(self, workspace_id=uuid7(), client_id=uuid7())

    def with_settings(self, **changes: Any) -> Office:
        """The same workspace served by processes with other settings."""
        return make_office(replace(self.settings, **changes), self.workspace_id, self.client_id)


def make_office(
    settings: DocumentsSettings, workspace_id: uuid.UUID, client_id: uuid.UUID
) -> Office:
    """An office of processes with these settings."""
    app = create_app(DOCUMENTS, settings)
    return Office(
        settings=settings,
        runtime=app.extensions["clientele"],
        uploads=app.extensions["clientele.uploads"],
        http=app.test_client(),
        owner=create_engine(role_url(settings, "documents", "owner")),
        workspace_id=workspace_id,
        client_id=client_id,
    )


def put(url: str, data: bytes) -> urllib3.BaseHTTPResponse:
    """Upload as a browser does."""
    headers = {"Content-Type": "application/octet-stream"}
    answer = _web.request("PUT", url, body=data, headers=headers)
    assert answer.status == 200, answer.data
    return answer


def fetch(url: str) -> urllib3.BaseHTTPResponse:
    """Follow a download link."""
    return _web.request("GET", url)


def sha256(data: bytes) -> str:
    """As documents show it."""
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def documents_settings(environment: dict[str, str]) -> DocumentsSettings:
    """The service's settings, with a bucket of this test's own."""
    bucket = f"test-{uuid.uuid4().hex[:12]}"
    return load(DocumentsSettings, {**environment, "CLIENTELE_S3_BUCKET": bucket})


@pytest.fixture
def store(documents_settings: DocumentsSettings) -> MinioStore:
    """The store on an empty bucket."""
    made = MinioStore(documents_settings)
    made.check()
    return made


@pytest.fixture
def office(documents_settings: DocumentsSettings) -> Office:
    """A workspace with a client and no documents yet."""
    return make_office(documents_settings, uuid7(), uuid7())
