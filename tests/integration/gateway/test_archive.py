"""A client's archive holds what the API serves, and is broken where a service breaks."""

from __future__ import annotations

import io
import json
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import urllib3
from flask import Flask, Response

from services.clients.archive.routes.writing import Contents, Source, safe_name, write_archive
from services.clients.gateway.errors import PartUnavailable
from services.clients.gateway.gateway import Gateway
from shared.clock import now
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.settings import Settings, load
from tests.factories.callers import JO
from tests.factories.documents import pdf
from tests.fixtures.databases import Databases
from tests.integration.gateway.conftest import Addresses, Facade, Office
from tests.integration.gateway.servers import dead_address, serving


def opened(answer: Any) -> zipfile.ZipFile:
    """The archive that was answered, whole."""
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return archive


def upload(office: Office, name: str, content: bytes | None = None) -> str:
    """Give the client a document; returns its id."""
    content = content or pdf()
    body = {"file_name": name, "size": len(content)}
    made = office.call("POST", f"/clients/{office.client_id}/documents", json=body).json
    way = made["upload"]
    sent = urllib3.request("PUT", way["url"], body=content, headers=way["headers"])
    assert sent.status == 200
    path = f"/clients/{office.client_id}/documents/{made['id']}/complete"
    assert office.call("POST", path, json={}).json["status"] == "available"
    return str(made["id"])


def test_it_holds_what_the_api_serves_and_the_bytes_of_documents(office: Office) -> None:
    ids = [upload(office, "Vertrag Größe.pdf"), upload(office, "Vertrag Größe.pdf")]
    path = f"/clients/{office.client_id}"
    office.call("POST", f"{path}/projects", json={"name": "Audit"})
    note = office.call("POST", f"{path}/notes", json={"text": "Met them."}).json
    line = {"description": "Audit", "quantity": "2", "unit_price": "80.10"}
    invoice = office.call("POST", f"{path}/invoices", json={"lines": [line]}).json
    archive = opened(office.get("archive"))
    held = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(held["client.json"]) == office.call("GET", path).json
    assert json.loads(held["invoices.json"]) == [invoice]
    assert json.loads(held["notes.json"]) == [note]
    versions = office.call("GET", f"{path}/notes/{note['id']}/versions").json["data"]
    assert json.loads(held["note_versions.json"]) == versions
    for part in ("projects", "documents"):
        assert sorted(json.loads(held[f"{part}.json"]), key=lambda row: str(row["id"])) == sorted(
            office.get(part).json["data"], key=lambda row: str(row["id"])
        )
    for document_id in ids:
        assert held[safe_name(document_id, "Vertrag Größe.pdf")] == pdf()
    manifest = json.loads(held["manifest.json"])
    assert manifest["left_out"] == {}
    assert manifest["counts"]["documents"] == len(ids) == len(manifest["documents"])


def test_names_lead_nowhere_and_fit_into_a_folder() -> None:
    for name in ("../x", "a\\..\\b", "C:x", "é" * 255 + ".pdf", "\0"):
        made = safe_name("1", name).removeprefix("documents/")
        assert not set(made) & set("/\\:\0")
        assert len(made.encode()) <= 255


def test_it_needs_its_own_right_and_says_what_other_rights_leave_out(
    office: Office, key_with: Callable[..., str]
) -> None:
    workspace = uuid.UUID(office.call("GET", "/workspace").json["id"])
    office.token = key_with(workspace, "clients.view", "documents.view")
    assert office.get("archive").status_code == 403
    office.token = key_with(workspace, "clients.view", "clients.export")
    archive = opened(office.get("archive"))
    left_out = json.loads(archive.read("manifest.json"))["left_out"]
    assert set(left_out) == {
        "projects",
        "time_entries",
        "invoices",
        "notes",
        "note_versions",
        "documents",
    }
    assert not {"documents.json", "invoices.json"} & set(archive.namelist())


@pytest.mark.parametrize("service", ["documents", "activity", "metrics"])
def test_a_dead_service_is_named_before_anything_is_sent(
    facade: Facade, addresses: Addresses, service: str
) -> None:
    answer = facade({**addresses, service: dead_address()}).get("archive")
    assert (answer.status_code, answer.json["service"]) == (503, service)


def test_a_service_that_ceases_on_the_way_leaves_a_zip_without_an_end(
    environment: dict[str, str],
) -> None:
    def pages(cursor: str | None) -> dict[str, Any]:
        if cursor:
            raise PartUnavailable("activity", now(), "killed")
        return {"data": [{"id": "1"}], "next": "more"}

    gateway = Gateway(Runtime("clients", load(Settings, environment)))
    source = Source(gateway, Identity(uuid.uuid4(), JO, frozenset()), "1", {})
    sent = io.BytesIO()
    pieces = write_archive(source, Contents({}, {}, None, pages, None, {}, {}))
    with pytest.raises(PartUnavailable):
        sent.writelines(pieces)
    assert sent.getvalue().startswith(b"PK")
    assert not zipfile.is_zipfile(sent)


@pytest.fixture
def broken_documents() -> Iterator[str]:
    """A documents service that has one document and dies in the middle of its bytes."""
    app = Flask("documents")

    @app.get("/v1/clients/<client_id>/documents")
    def documents(client_id: str) -> Any:
        listed = {"id": "1", "file_name": "long.txt", "sha256": "0" * 64}
        return {"data": [listed], "next": None}

    @app.get("/v1/clients/<client_id>/documents/<document_id>/bytes")
    def some_of_it(client_id: str, document_id: str) -> Response:
        return Response(iter([b"begun"]), headers={"Content-Length": "1000"})

    with serving(app) as address:
        yield address


def test_a_document_that_breaks_off_leaves_a_zip_without_an_end(
    environment: dict[str, str], broken_documents: str
) -> None:
    settings = {**environment, "CLIENTELE_DOCUMENTS_URL": broken_documents}
    gateway = Gateway(Runtime("clients", load(Settings, settings)))
    source = Source(gateway, Identity(uuid.uuid4(), JO, frozenset()), "1", {})
    sent = io.BytesIO()
    contents = Contents({}, {}, None, None, source.pages("documents"), {}, {})
    with pytest.raises(PartUnavailable, match="documents"):
        sent.writelines(write_archive(source, contents))
    assert b"begun" in sent.getvalue()
    assert not zipfile.is_zipfile(sent)


def test_that_it_was_made_is_an_event_of_the_client(office: Office, databases: Databases) -> None:
    opened(office.get("archive"))
    with psycopg.connect(databases.url("clients")) as connection:
        told = connection.execute(
            "SELECT client_id::text FROM event_log WHERE type = 'clients.archive.requested.v1'"
        ).fetchall()
    assert told == [(office.client_id,)]


def test_a_client_that_is_not_there_has_none(office: Office) -> None:
    office.client_id = str(uuid.uuid4())
    assert office.get("archive").status_code == 404


def test_a_larger_document_takes_no_more_memory(office: Office) -> None:
    small = _peak_of_an_archive(office, 5 * 2**20)
    large = _peak_of_an_archive(office, 15 * 2**20)
    assert large < small + 2 * 2**20


def _peak_of_an_archive(office: Office, size: int) -> int:
    """The most memory in use while a document of that size goes through, in bytes."""
    line = b"A line of a long text, and nothing else.\n"
    document_id = upload(office, "long.txt", line * (size // len(line)))
    pieces = office.get("archive", buffered=False).response
    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in pieces)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > size - len(line)
    office.call("DELETE", f"/clients/{office.client_id}/documents/{document_id}")
    return peak
