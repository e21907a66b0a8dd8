"""A draft's documents stand under the id of the client it will be, and go if that never comes."""

from __future__ import annotations

from services.documents.files.consumers import apply
from services.documents.files.models import DELETING
from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from tests.factories import documents as files
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.documents.conftest import Office

CREATED, DISCARDED = "clients.client.created.v1", "clients.draft.discarded.v1"


def _hear(office: Office, *envelopes: object) -> None:
    Inbox("documents", office.runtime.pipe_engine, apply).ingest(batch(list(envelopes)))


def test_documents_of_a_draft_that_was_thrown_away_go_with_their_bytes(office: Office) -> None:
    source = Source(workspace_id=office.workspace_id)
    office.add("available.pdf")
    office.upload("pending.pdf", files.pdf())
    _hear(office, source.tell(DISCARDED, client_id=office.client_id))
    assert {row.status for row in office.rows()} == {DELETING}
    office.sweep()
    assert (office.rows(), office.objects(), office.used_bytes()) == ([], [], 0)
    late = office.call("POST", json={"file_name": "late.pdf", "size": 1})
    assert late.status_code == 404, "an upload that was on its way"


def test_documents_of_a_draft_stay_when_its_client_is_made(office: Office) -> None:
    source = Source(workspace_id=office.workspace_id)
    document = office.add()
    _hear(
        office,
        source.tell(CREATED, client_id=office.client_id),
        source.tell(DISCARDED, client_id=uuid7()),
    )
    office.sweep()
    assert office.get(document) == document
