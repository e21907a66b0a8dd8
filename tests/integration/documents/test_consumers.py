"""What happens to documents when clients come and go, in whatever order that is heard of."""

from __future__ import annotations

import itertools
import threading
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from services.documents.files.consumers import apply
from services.documents.files.operations import details
from services.documents.files.rules import keys
from shared.clock import now
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from tests.factories import documents as files
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.fixtures.waiting import eventually
from tests.integration.documents.conftest import Office

CREATED, DELETED = "clients.client.created.v1", "clients.client.deleted.v1"


@pytest.fixture
def source(office: Office) -> Source:
    """The clients service as a source of events of the office's workspace."""
    return Source(workspace_id=office.workspace_id)


@pytest.fixture
def hear(office: Office, source: Source) -> Any:
    """Let the service hear these envelopes as one message."""
    inbox = Inbox("documents", office.runtime.pipe_engine, apply)

    def ingest(*envelopes: Envelope) -> None:
        inbox.ingest(batch(list(envelopes)))

    return ingest


def _refs(office: Office) -> set[uuid.UUID]:
    with office.owner.connect() as connection:
        return set(connection.scalars(text("SELECT client_id FROM client_refs")))


def test_new_client_is_known(office: Office, source: Source, hear: Any) -> None:
    first, second = uuid7(), uuid7()
    hear(source.tell(CREATED, client_id=first), source.tell(CREATED, client_id=second))
    assert _refs(office) == {first, second}


def test_documents_of_a_deleted_client_go_with_their_bytes(
    office: Office, source: Source, hear: Any
) -> None:
    office.add("available.pdf")
    office.upload("pending.pdf", files.pdf())
    careful = office.with_settings(document_inline_bytes=100)
    careful.complete(careful.upload("checking.pdf", files.pdf()))
    office.complete(office.upload("quarantined.pdf", b"MZ" + b"\0" * 99))
    gone = office.add("deleted.pdf")
    office.call("DELETE", f"/{gone['id']}")
    told = len(office.events())
    hear(source.tell(DELETED, client_id=office.client_id))
    assert {row.status for row in office.rows()} == {"deleting"}
    office.sweep()
    assert (office.rows(), office.objects(), office.used_bytes()) == ([], [], 0)
    assert len(office.events()) == told, "an event brought an erased client's names back"


def test_nothing_is_taken_or_shown_for_a_deleted_client(
    office: Office, source: Source, hear: Any
) -> None:
    document = office.add()
    awaited = office.upload("b.pdf", files.pdf())
    hear(source.tell(DELETED, client_id=office.client_id))
    assert office.call("GET").status_code == 404
    assert office.call("POST", json={"file_name": "a.pdf", "size": 1}).status_code == 404
    assert office.call("PATCH", f"/{document['id']}", json={"title": "x"}).status_code == 404
    assert office.complete(awaited).status_code in {404, 409}
    assert office.call("GET", f"/{document['id']}/download").status_code in {404, 409}


def test_other_clients_keep_their_documents(office: Office, source: Source, hear: Any) -> None:
    document = office.add()
    hear(source.tell(DELETED, client_id=uuid7()))
    office.sweep()
    assert office.get(document)["status"] == "available"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_late_event_resurrects_nothing(
    order: tuple[int, ...], office: Office, source: Source, hear: Any
) -> None:
    told = [
        source.tell(CREATED, client_id=office.client_id),
        source.tell("clients.client.updated.v1", client_id=office.client_id, version=2),
        source.tell(DELETED, client_id=office.client_id, version=3),
    ]
    for number in order:
        hear(told[number])
        hear(told[number])
    assert office.call("POST", json={"file_name": "a.pdf", "size": 1}).status_code == 404


@pytest.mark.parametrize("known", [True, False])
def test_deletion_waits_for_the_command_that_came_first_and_finds_its_document(
    known: bool, office: Office, source: Source, hear: Any
) -> None:
    if known:
        hear(source.tell(CREATED, client_id=office.client_id))
    deletion = threading.Thread(
        target=hear, args=[source.tell(DELETED, client_id=office.client_id)]
    )
    body = {"file_name": "a.pdf", "size": 5, "category": "other"}
    upload = details.Upload(keys.staging_key(), None, now())
    with office.begin() as uow:
        details.create_document(uow, office.client_id, body, upload, 1000)
        deletion.start()
        _wait_until_blocked(office)
    deletion.join(10)
    assert [row.status for row in office.rows()] == ["deleting"]


def _wait_until_blocked(office: Office) -> None:
    def look() -> bool:
        with office.owner.connect() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    eventually("the deletion waits for the client's row", look, every=0.02)
