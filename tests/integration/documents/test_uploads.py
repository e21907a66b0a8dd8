"""From an announced file to an available document, and every way it may end instead."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from services.documents.files import queries
from services.documents.files.operations import checking
from services.documents.files.operations.uploads import Uploads
from shared.storage.minio_store import MinioStore
from tests.factories import documents as files
from tests.integration.documents.conftest import Office, fetch, put, sha256

PDF = files.pdf(4)


def test_uploaded_file_becomes_available_and_is_announced_once(office: Office) -> None:
    document = office.upload("Vertrag.pdf", PDF, category="contract", title="Frame contract")
    assert document["status"] == "pending"
    answer = office.complete(document)
    assert (answer.status_code, answer.json["status"]) == (200, "available")
    assert answer.json["content_type"] == "application/pdf"
    assert (answer.json["size"], answer.json["sha256"]) == (len(PDF), sha256(PDF))
    assert answer.json["pages"] == 4
    [event] = office.events()
    assert event.type == "documents.document.added.v1"
    assert event.subject == f"document/{document['id']}"
    assert event.data["document"]["sha256"] == sha256(PDF)
    assert event.data["document"]["title"] == "Frame contract"


def test_only_the_checked_copy_stays_in_the_bucket(office: Office) -> None:
    office.add()
    assert [key.split("-")[0] for key in office.objects()] == ["files"]


def test_completing_again_gives_the_same_answer_and_no_second_event(office: Office) -> None:
    document = office.upload("a.pdf", PDF)
    first, second = office.complete(document), office.complete(document)
    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert office.event_names() == ["added"]


def test_completing_at_the_same_moment_makes_one_document(office: Office) -> None:
    document = office.upload("a.pdf", PDF)
    answers: list[Any] = []

    def complete(office: Office) -> None:
        answers.append(office.complete(document))

    offices = [office.with_settings() for _ in range(6)]
    threads = [threading.Thread(target=complete, args=(each,)) for each in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {200, 202}
    assert office.get(document)["status"] == "available"
    assert office.event_names() == ["added"]
    office.sweep_everything()
    assert len(office.objects()) == 1


def test_what_was_put_to_the_link_after_the_check_is_never_served(office: Office) -> None:
    document = office.upload("a.pdf", PDF)
    office.complete(document)
    put(document["upload"]["url"], PDF[::-1])
    link = office.call("GET", f"/{document['id']}/download").headers["Location"]
    assert fetch(link).data == PDF


class _SwappedAfterCopy(MinioStore):
    """A store whose uploader swaps the file between the copy and the check."""

    def copy(self, source: str, target: str) -> None:
        """Copy, then let the uploader write again."""
        super().copy(source, target)
        self.put(source, b"MZ" + b"\0" * 100, "application/octet-stream")


def test_swapping_the_file_during_the_check_changes_nothing(office: Office) -> None:
    document = office.upload("a.pdf", PDF)
    uploads = Uploads(_SwappedAfterCopy(office.settings), office.settings)
    office.http.application.extensions["clientele.uploads"] = uploads
    assert office.complete(document).json["sha256"] == sha256(PDF)
    link = office.call("GET", f"/{document['id']}/download").headers["Location"]
    assert fetch(link).data == PDF


def test_completing_before_the_upload_says_so_and_keeps_the_link(office: Office) -> None:
    document = office.announce("a.pdf", len(PDF))
    answer = office.complete(document)
    assert (answer.status_code, answer.json["code"]) == (422, "documents.not_uploaded")
    put(document["upload"]["url"], PDF)
    assert office.complete(document).status_code == 200


@pytest.mark.parametrize("difference", [-1, 1, 5000])
def test_other_size_than_announced_is_refused_and_may_be_mended(
    difference: int, office: Office
) -> None:
    document = office.announce("a.pdf", len(PDF) + difference)
    url = document["upload"]["url"]
    assert urllib3.request("PUT", url, body=PDF, retries=False).status == 403
    assert office.complete(document).json["code"] == "documents.not_uploaded"
    # A store that signs nothing would take it: then the check finds out.
    key = urlsplit(url).path.partition("/staging-")[2]
    office.uploads.store.put(f"staging-{key}", PDF, "application/pdf")
    answer = office.complete(document)
    assert (answer.status_code, answer.json["code"]) == (422, "documents.size_mismatch")
    assert office.get(document)["status"] == "pending"
    if difference > 0:
        put(url, PDF + b"\n" * difference)
        assert office.complete(document).status_code == 200


def test_other_hash_than_announced_is_refused_and_may_be_mended(office: Office) -> None:
    document = office.announce("a.pdf", len(PDF), sha256=sha256(PDF).upper())
    put(document["upload"]["url"], PDF.replace(b"200", b"300"))
    answer = office.complete(document)
    assert (answer.status_code, answer.json["code"]) == (422, "documents.checksum_mismatch")
    put(document["upload"]["url"], PDF)
    assert office.complete(document).json["sha256"] == sha256(PDF)
    assert office.event_names() == ["added"]
    assert len(office.objects()) == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"MZ" + b"\0" * 99, "documents.type_mismatch"),
        ("a.exe", b"MZ" + b"\0" * 99, "documents.unsupported_type"),
        ("a.docx", files.office(files.DOCM_MAIN), "documents.macros"),
        ("a.xlsx", files.ole("EncryptedPackage"), "documents.encrypted"),
        ("a.gif", files.gif() + files.zip_of({"a": "b"}), "documents.polyglot"),
        ("a.xlsx", files.xlsx(extra={"s.xml": b"\0" * (70 << 20)}), "documents.too_large"),
    ],
)
def test_refused_file_is_quarantined_for_good_and_its_bytes_are_gone(
    name: str, data: bytes, code: str, office: Office
) -> None:
    document = office.upload(name, data)
    answer = office.complete(document)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert office.complete(document).json["code"] == code
    shown = office.get(document)
    assert (shown["status"], shown["refusal"]["code"]) == ("quarantined", code)
    assert office.call("GET", f"/{document['id']}/download").status_code == 409
    assert office.objects() == []
    [event] = office.events()
    assert (event.type, event.data["reason"]) == ("documents.document.refused.v1", code)


def test_larger_file_than_is_taken_is_refused_before_anything_is_written(office: Office) -> None:
    answer = office.call("POST", json={"file_name": "a.pdf", "size": (512 << 20) + 1})
    assert (answer.status_code, answer.json["code"]) == (422, "documents.too_large")
    assert answer.json["errors"][0]["field"] == "size"
    assert office.rows() == []


def test_large_file_is_checked_by_a_job(office: Office) -> None:
    careful = office.with_settings(document_inline_bytes=100)
    document = careful.upload("a.pdf", PDF)
    answer = careful.complete(document)
    assert (answer.status_code, answer.json["status"]) == (202, "checking")
    assert careful.call("GET", f"/{document['id']}/download").status_code == 409
    assert careful.check() == 1
    assert careful.complete(document).status_code == 200
    [event] = careful.events()
    assert event.actor["name"] == "Jo Park"
    assert careful.check() == 0


def test_job_refuses_and_reopens_as_a_request_would(office: Office) -> None:
    careful = office.with_settings(document_inline_bytes=100)
    bad = careful.upload("a.pdf", b"MZ" + b"\0" * 200)
    broken = careful.announce("b.pdf", len(PDF), sha256="0" * 64)
    put(broken["upload"]["url"], PDF)
    for document in (bad, broken):
        assert careful.complete(document).status_code == 202
    careful.check()
    assert careful.get(bad)["status"] == "quarantined"
    assert careful.get(broken)["status"] == "pending"


def test_two_workers_share_the_checks_without_doing_one_twice(office: Office) -> None:
    careful = office.with_settings(document_inline_bytes=100)
    for number in range(8):
        careful.complete(careful.upload(f"{number}.pdf", PDF))
    begun: list[int] = []

    def check(office: Office) -> None:
        begun.append(office.check())

    offices = [careful.with_settings() for _ in range(3)]
    threads = [threading.Thread(target=check, args=(each,)) for each in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(begun) == 8
    assert careful.event_names() == ["added"] * 8


def test_check_that_is_someones_is_left_to_them_while_others_are_begun(office: Office) -> None:
    taken, waiting = _checking(office, PDF), _checking(office, PDF)
    _claim(office)
    assert office.check() == 1
    assert office.get(taken)["status"] == "checking"
    assert office.get(waiting)["status"] == "available"


def test_check_that_never_ends_is_given_up(office: Office) -> None:
    careful = office.with_settings(document_inline_bytes=100)
    document = careful.upload("a.pdf", PDF)
    careful.complete(document)
    with careful.owner.begin() as connection:
        connection.exec_driver_sql(f"UPDATE documents SET attempts = {checking.MAX_ATTEMPTS}")
    careful.check()
    assert careful.get(document)["refusal"]["code"] == "documents.unreadable"


def _claim(office: Office) -> checking.Claim:
    """Take the check that is due as a worker does, whoever had it before."""
    with office.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET lease_until = NULL")
    with office.begin() as uow:
        document = queries.next_due_check(uow.session)
        assert document is not None
        return checking.claim_check(uow, document)


def _checking(office: Office, data: bytes) -> Any:
    careful = office.with_settings(document_inline_bytes=1)
    document = careful.upload("a.pdf", data)
    assert careful.complete(document).status_code == 202
    return document


def test_attempt_that_outlived_its_lease_changes_nothing(office: Office) -> None:
    document = _checking(office, PDF)
    late = _claim(office)
    office.uploads.check_claimed(office.begin, _claim(office))
    put(document["upload"]["url"], b"MZ" + b"\0" * (len(PDF) - 2))
    assert office.uploads.check_claimed(office.begin, late).status == "available"
    assert office.event_names() == ["added"]
    link = office.call("GET", f"/{document['id']}/download").headers["Location"]
    assert fetch(link).data == PDF


@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize(
    ("data", "verdict"), [(PDF, "available"), (b"MZ" + b"\0" * 600, "quarantined")]
)
def test_overtaken_attempt_leaves_the_objects_to_the_one_that_counts(
    data: bytes, verdict: str, copied: bool, office: Office
) -> None:
    document = _checking(office, data)
    first = _claim(office)
    if copied:
        office.uploads.store.copy(first.staging_key, first.final_key)
        with office.begin() as uow:
            checking.mark_copied(uow, first)
    second = _claim(office)
    assert (second.final_key == first.final_key) is copied
    assert office.uploads.check_claimed(office.begin, first).status == "checking"
    assert office.uploads.check_claimed(office.begin, second).status == verdict
    assert office.get(document)["status"] == verdict
    assert len(office.event_names()) == 1


def test_overtaken_attempt_does_not_come_back_when_the_next_is_put_off(office: Office) -> None:
    document = _checking(office, PDF)
    first, second = _claim(office), _claim(office)
    with office.begin() as uow:
        checking.postpone_check(uow, second)
    assert office.uploads.check_claimed(office.begin, first).status == "checking"
    office.uploads.check_claimed(office.begin, _claim(office))
    assert office.get(document)["status"] == "available"


@pytest.fixture
def in_parts(office: Office) -> Office:
    """An office where everything above 6 MiB goes up in parts of 5 MiB."""
    return office.with_settings(document_multipart_bytes=6 << 20, document_part_bytes=5 << 20)


def _put_parts(document: Any, data: bytes) -> list[dict[str, Any]]:
    size, tags = document["upload"]["part_size"], []
    for part in reversed(document["upload"]["parts"]):
        start = (part["number"] - 1) * size
        answer = put(part["url"], data[start : start + size])
        tags.append({"number": part["number"], "etag": answer.headers["ETag"]})
    return tags


LARGE = files.pdf(2, filler=12 << 20)


@pytest.mark.parametrize("named", [True, False])
def test_upload_in_parts_becomes_one_document(named: bool, in_parts: Office) -> None:
    document = in_parts.announce("large.pdf", len(LARGE))
    assert [part["number"] for part in document["upload"]["parts"]] == [1, 2, 3]
    tags = _put_parts(document, LARGE)
    answer = in_parts.complete(document, parts=tags) if named else in_parts.complete(document)
    assert (answer.status_code, answer.json["sha256"]) == (200, sha256(LARGE))
    assert in_parts.complete(document).status_code == 200
    assert len(in_parts.objects()) == 1


def test_missing_part_is_named_not_uploaded(in_parts: Office) -> None:
    document = in_parts.announce("large.pdf", len(LARGE))
    assert in_parts.complete(document).json["code"] == "documents.not_uploaded"


def test_parts_are_joined_once_all_of_them_are_named(in_parts: Office) -> None:
    document = in_parts.announce("large.pdf", len(LARGE))
    tags = _put_parts(document, LARGE)
    first = [tag for tag in tags if tag["number"] == 1]
    answer = in_parts.complete(document, parts=first)
    assert (answer.status_code, answer.json["code"]) == (422, "documents.not_uploaded")
    assert in_parts.complete(document, parts=tags).status_code == 200


def test_part_that_was_never_uploaded_is_refused(in_parts: Office) -> None:
    document = in_parts.announce("large.pdf", len(LARGE))
    tags = [*_put_parts(document, LARGE), {"number": 4, "etag": "0" * 32}]
    answer = in_parts.complete(document, parts=tags)
    assert (answer.status_code, answer.json["code"]) == (422, "documents.not_uploaded")


def test_parts_joined_by_a_request_that_died_are_found_again(in_parts: Office) -> None:
    document = in_parts.announce("large.pdf", len(LARGE))
    _put_parts(document, LARGE)
    [row] = in_parts.rows()
    store = in_parts.uploads.store
    listed = store.parts(row.staging_key, row.upload_id)
    store.finish_multipart(row.staging_key, row.upload_id, listed)
    assert in_parts.complete(document).status_code == 200


def test_link_takes_nothing_but_what_it_was_made_for(office: Office) -> None:
    document = office.announce()
    link = document["upload"]["url"]
    assert urllib3.request("GET", link, retries=False).status == 403
    assert urllib3.request("DELETE", link, retries=False).status == 403
