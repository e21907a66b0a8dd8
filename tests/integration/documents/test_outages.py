"""The store is away: uploads say so, everything else goes on, nothing is lost or left over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from services.documents.files.operations import checking
from services.documents.files.operations.uploads import Uploads
from shared.storage.minio_store import MinioStore
from tests.factories import documents as files
from tests.integration.documents.conftest import Office, put


def _end_leases(office: Office) -> None:
    with office.owner.begin() as connection:
        connection.execute(text("UPDATE documents SET lease_until = NULL"))


@pytest.fixture
def cut_off(office: Office) -> Office:
    """The same office whose processes cannot reach the store."""
    return office.with_settings(s3_endpoint="http://127.0.0.1:9")


def test_upload_is_refused_with_a_clear_503_and_no_row(cut_off: Office) -> None:
    answer = cut_off.call("POST", json={"file_name": "a.pdf", "size": 10})
    assert (answer.status_code, answer.json["code"]) == (503, "storage.unavailable")
    assert answer.headers["Retry-After"]
    assert cut_off.rows() == []


def test_completing_is_put_off_and_works_later(office: Office, cut_off: Office) -> None:
    document = office.upload("a.pdf", files.pdf())
    assert cut_off.complete(document).status_code == 503
    assert cut_off.get(document)["status"] == "pending"
    assert cut_off.events() == []
    assert office.complete(document).status_code == 200


class _GoneAfterUpload(MinioStore):
    """A store that can be reached until the copy is wanted."""

    def copy(self, source: str, target: str) -> None:
        """Ask an address where nobody listens."""
        MinioStore(replace(self.settings, s3_endpoint="http://127.0.0.1:9")).copy(source, target)


def test_store_that_goes_away_between_the_steps_leaves_the_upload_pending(
    office: Office,
) -> None:
    document = office.upload("a.pdf", files.pdf())
    going = office.with_settings()
    going.http.application.extensions["clientele.uploads"] = Uploads(
        _GoneAfterUpload(office.settings), office.settings
    )
    assert going.complete(document).status_code == 503
    assert office.get(document)["status"] == "pending"
    assert office.complete(document).status_code == 200


def test_job_waits_for_the_store_without_giving_up(office: Office, cut_off: Office) -> None:
    careful = office.with_settings(document_inline_bytes=100)
    document = careful.upload("a.pdf", files.pdf())
    careful.complete(document)
    for _ in range(checking.MAX_ATTEMPTS + 2):
        cut_off.check()
        _end_leases(office)
    assert office.get(document)["status"] == "checking"
    careful.check()
    assert office.get(document)["status"] == "available"


def test_download_is_refused_rather_than_led_nowhere(office: Office, cut_off: Office) -> None:
    document = office.add()
    answer = cut_off.call("GET", f"/{document['id']}/download")
    assert (answer.status_code, answer.json["code"]) == (503, "storage.unavailable")
    assert office.event_names() == ["added"]


def test_details_are_read_and_changed_without_the_store(office: Office, cut_off: Office) -> None:
    document = office.add()
    answer = cut_off.call("PATCH", f"/{document['id']}", json={"title": "New"})
    assert (answer.status_code, answer.json["title"]) == (200, "New")
    assert cut_off.call("GET").json["data"][0]["title"] == "New"


def test_delete_is_accepted_at_once_and_finished_when_the_store_is_back(
    office: Office, cut_off: Office
) -> None:
    document = office.add()
    assert cut_off.call("DELETE", f"/{document['id']}").status_code == 204
    assert office.get(document)["status"] == "deleting"
    assert office.call("GET", f"/{document['id']}/download").status_code == 409
    cut_off.sweep()
    assert office.event_names() == ["added"]
    office.sweep()
    assert office.call("GET", f"/{document['id']}").status_code == 404
    assert office.objects() == []
    assert office.event_names() == ["added", "deleted"]
    assert office.events()[1].actor["name"] == "Jo Park"


def test_object_that_arrived_although_its_answer_was_lost_is_found(office: Office) -> None:
    document = office.announce("a.pdf", len(files.pdf()))
    put(document["upload"]["url"], files.pdf())
    put(document["upload"]["url"], files.pdf())
    assert office.complete(document).status_code == 200
    assert office.event_names() == ["added"]
