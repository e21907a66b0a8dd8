"""A workspace's documents take no more room than it has."""

from __future__ import annotations

import threading

from sqlalchemy import text

from tests.factories import documents as files
from tests.integration.documents.conftest import Office

PDF = files.pdf()


def _recounted(office: Office) -> int:
    with office.owner.connect() as connection:
        found = connection.scalar(
            text(
                "SELECT sum(size) FROM documents "
                "WHERE status IN ('pending', 'checking', 'available', 'deleting')"
            )
        )
        return int(found or 0)


def test_upload_beyond_the_quota_is_refused(office: Office) -> None:
    small = office.with_settings(document_quota_bytes=1000)
    small.announce("a.pdf", 600)
    answer = small.call("POST", json={"file_name": "b.pdf", "size": 401})
    assert (answer.status_code, answer.json["code"]) == (409, "documents.quota_exceeded")
    small.announce("c.pdf", 400)


def test_first_upload_beyond_the_quota_is_refused(office: Office) -> None:
    small = office.with_settings(document_quota_bytes=1000)
    assert small.call("POST", json={"file_name": "b.pdf", "size": 1001}).status_code == 409
    assert small.rows() == []


def test_room_of_what_is_gone_is_given_back(office: Office) -> None:
    kept = office.add("kept.pdf", PDF)
    deleted = office.add("deleted.pdf", PDF)
    office.call("DELETE", f"/{deleted['id']}")
    refused = office.upload("a.pdf", b"MZ" + b"\0" * 500)
    office.complete(refused)
    awaited = office.announce("b.pdf", 77)
    cancelled = office.announce("c.pdf", 99)
    office.call("DELETE", f"/{cancelled['id']}")
    assert office.used_bytes() == kept["size"] + awaited["size"] == _recounted(office)
    office.call("DELETE", f"/{refused['id']}")
    assert office.used_bytes() == _recounted(office)


def test_uploads_at_the_same_moment_do_not_overrun_the_quota(office: Office) -> None:
    small = office.with_settings(document_quota_bytes=1000)
    answers: list[int] = []

    def announce(office: Office) -> None:
        body = {"file_name": "a.pdf", "size": 300}
        answers.append(office.call("POST", json=body).status_code)

    offices = [small.with_settings() for _ in range(8)]
    threads = [threading.Thread(target=announce, args=(each,)) for each in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] * 3 + [409] * 5
    assert small.used_bytes() == 900


def test_one_workspace_does_not_use_up_anothers_quota(office: Office) -> None:
    small = office.with_settings(document_quota_bytes=1000)
    small.announce("a.pdf", 1000)
    small.another_workspace().announce("a.pdf", 1000)
