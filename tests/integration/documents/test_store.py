"""The object store keeps its promises on a real server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import urllib3

from services.documents.settings import DocumentsSettings
from shared.storage.minio_store import MinioStore
from shared.storage.store import Download, ObjectMissing, Part, PartsRefused, StoreUnavailable
from tests.integration.documents.conftest import fetch, put

MINUTE = timedelta(minutes=1)
PART = 5 << 20


def test_check_makes_the_bucket_once(documents_settings: DocumentsSettings) -> None:
    store = MinioStore(documents_settings)
    store.check()
    store.put("a", b"1", "text/plain")
    store.check()
    assert store.stat("a").size == 1


def test_processes_that_start_together_make_the_bucket_once(
    documents_settings: DocumentsSettings,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        checks = [pool.submit(MinioStore(documents_settings).check) for _ in range(8)]
    for check in checks:
        check.result()


def test_upload_link_takes_the_object(store: MinioStore) -> None:
    put(store.upload_link("staging-x", MINUTE, 5), b"hello")
    assert store.stat("staging-x").size == 5


@pytest.mark.parametrize("data", [b"", b"hell", b"hello!", b"x" * 1_000_000])
def test_upload_link_takes_no_other_length_than_is_signed(store: MinioStore, data: bytes) -> None:
    link = store.upload_link("staging-x", MINUTE, 5)
    upload = store.begin_multipart("staging-m")
    part = store.part_link("staging-m", upload, 1, MINUTE, 5)
    for url in (link, part):
        assert urllib3.request("PUT", url, body=data, retries=False).status == 403
    unsaid = urllib3.request("PUT", link, body=iter([data or b"x"]), retries=False)
    assert unsaid.status in {400, 403, 411}
    with pytest.raises(ObjectMissing):
        store.stat("staging-x")
    assert store.parts("staging-m", upload) == []


def test_life_of_a_link_cannot_be_prolonged(store: MinioStore) -> None:
    link = store.upload_link("staging-x", timedelta(seconds=1), 5)
    expired = link.replace("X-Amz-Expires=1", "X-Amz-Expires=600")
    answer = urllib3.request("PUT", expired, body=b"hello", retries=False)
    assert answer.status == 403
    with pytest.raises(ObjectMissing):
        store.stat("staging-x")


def test_link_for_one_key_does_not_open_another(store: MinioStore) -> None:
    link = store.upload_link("staging-x", MINUTE, 5).replace("staging-x", "staging-y")
    assert urllib3.request("PUT", link, body=b"hello", retries=False).status == 403


def test_download_link_carries_name_and_type(store: MinioStore) -> None:
    store.put("files-x", b"%PDF", "application/octet-stream")
    disposition = "attachment; filename=\"a.pdf\"; filename*=UTF-8''%C3%A9.pdf"
    answer = fetch(store.download_link("files-x", MINUTE, Download("text/csv", disposition)))
    assert answer.data == b"%PDF"
    assert answer.headers["Content-Disposition"] == disposition
    assert answer.headers["Content-Type"] == "text/csv"


def test_links_lead_to_the_public_address(documents_settings: DocumentsSettings) -> None:
    public = replace(documents_settings, s3_public_endpoint="https://files.example.com")
    link = MinioStore(public).upload_link("staging-x", MINUTE, 5)
    assert link.startswith(f"https://files.example.com/{public.s3_bucket}/staging-x?")


def test_link_is_made_without_asking_the_store(documents_settings: DocumentsSettings) -> None:
    away = replace(documents_settings, s3_endpoint="http://127.0.0.1:9")
    assert MinioStore(away).upload_link("staging-x", MINUTE, 5)


def test_range_and_whole_object_are_read(store: MinioStore) -> None:
    data = bytes(range(256)) * 9000
    store.put("files-x", data, "application/octet-stream")
    with store.open("files-x") as chunks:
        assert b"".join(chunks) == data
    with store.open("files-x", offset=300, length=5) as chunks:
        assert b"".join(chunks) == data[300:305]


def test_copy_is_independent_of_its_source(store: MinioStore) -> None:
    store.put("staging-x", b"first", "text/plain")
    store.copy("staging-x", "files-x")
    store.put("staging-x", b"swapped", "text/plain")
    with store.open("files-x") as chunks:
        assert b"".join(chunks) == b"first"


def test_missing_object_is_told_apart_from_an_outage(store: MinioStore) -> None:
    with pytest.raises(ObjectMissing):
        store.stat("files-none")
    with pytest.raises(ObjectMissing), store.open("files-none"):
        pass
    with pytest.raises(ObjectMissing):
        store.copy("files-none", "files-x")


def test_removing_twice_is_no_error(store: MinioStore) -> None:
    store.put("files-x", b"1", "text/plain")
    store.remove("files-x")
    store.remove("files-x")
    with pytest.raises(ObjectMissing):
        store.stat("files-x")


def test_walk_finds_what_begins_so(store: MinioStore) -> None:
    for key in ("files-aa1", "files-aa2", "files-ab1", "staging-aa1"):
        store.put(key, b"1", "text/plain")
    assert [found.key for found in store.walk("files-aa")] == ["files-aa1", "files-aa2"]


def test_parts_become_one_object(store: MinioStore) -> None:
    upload = store.begin_multipart("staging-m")
    for number, data in ((2, b"tail"), (1, b"x" * PART)):
        put(store.part_link("staging-m", upload, number, MINUTE, len(data)), data)
    parts = store.parts("staging-m", upload)
    assert [part.number for part in parts] == [1, 2]
    store.finish_multipart("staging-m", upload, parts)
    assert store.stat("staging-m").size == PART + 4


def test_wrong_part_is_refused(store: MinioStore) -> None:
    upload = store.begin_multipart("staging-m")
    put(store.part_link("staging-m", upload, 1, MINUTE, 1), b"x")
    with pytest.raises(PartsRefused):
        store.finish_multipart("staging-m", upload, [Part(1, "0" * 32)])


def test_aborting_twice_is_no_error(store: MinioStore) -> None:
    upload = store.begin_multipart("staging-m")
    store.abort_multipart("staging-m", upload)
    store.abort_multipart("staging-m", upload)
    with pytest.raises(PartsRefused):
        store.parts("staging-m", upload)


def test_store_that_is_away_is_said_to_be_unavailable(
    documents_settings: DocumentsSettings,
) -> None:
    away = MinioStore(replace(documents_settings, s3_endpoint="http://127.0.0.1:9"))
    for call in (
        away.check,
        lambda: away.stat("a"),
        lambda: away.copy("a", "b"),
        lambda: away.remove("a"),
        lambda: list(away.walk("")),
        lambda: away.begin_multipart("a"),
    ):
        with pytest.raises(StoreUnavailable):
            call()


def test_store_that_refuses_our_key_is_unavailable_not_empty(
    documents_settings: DocumentsSettings,
) -> None:
    stranger = MinioStore(replace(documents_settings, s3_secret_key="wrong"))
    with pytest.raises(StoreUnavailable):
        stranger.stat("a")


def test_fault_of_the_reader_is_not_blamed_on_the_store(store: MinioStore) -> None:
    store.put("files-x", b"1", "text/plain")
    with pytest.raises(OSError, match="disk full"), store.open("files-x"):
        raise OSError("disk full")
