"""What nobody finished is cleared away, and nothing else is touched."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from services.documents.files.operations import removals
from tests.factories import documents as files
from tests.integration.documents.conftest import Office, put


def _age(office: Office, hours: int) -> None:
    with office.owner.begin() as connection:
        connection.execute(
            text("UPDATE documents SET abandoned_at = abandoned_at - make_interval(hours => :n)"),
            {"n": hours},
        )


def test_upload_that_was_never_completed_leaves_nothing(office: Office) -> None:
    document = office.upload("a.pdf", files.pdf())
    _age(office, 3)
    office.sweep()
    assert office.call("GET", f"/{document['id']}").status_code == 404
    assert (office.rows(), office.objects(), office.events()) == ([], [], [])
    assert office.used_bytes() == 0


def test_upload_whose_link_still_lives_is_left_alone(office: Office) -> None:
    document = office.upload("a.pdf", files.pdf())
    _age(office, 1)
    office.sweep()
    assert office.complete(document).status_code == 200


def test_unfinished_upload_in_parts_is_thrown_away(office: Office) -> None:
    in_parts = office.with_settings(document_multipart_bytes=6 << 20, document_part_bytes=5 << 20)
    document = in_parts.announce("a.pdf", 11 << 20)
    put(document["upload"]["parts"][0]["url"], b"x" * (5 << 20))
    _age(office, 3)
    office.sweep()
    assert (office.rows(), office.objects()) == ([], [])


def test_object_that_belongs_to_nothing_goes_after_a_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = office.add()
    store = office.uploads.store
    store.put("files-aa11", b"orphan", "text/plain")
    office.sweep_everything()
    assert len(office.objects()) == 2
    monkeypatch.setattr(removals, "ORPHAN_AGE", removals.ORPHAN_AGE * 0)
    office.sweep_everything()
    assert len(office.objects()) == 1
    assert office.get(kept)["status"] == "available"


def test_what_was_put_to_a_used_link_goes_within_minutes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = office.upload("a.pdf", files.pdf())
    office.complete(document)
    put(document["upload"]["url"], files.pdf()[::-1])
    waiting = office.upload("b.pdf", files.pdf())
    office.sweep()
    assert len(office.objects()) == 3
    monkeypatch.setattr(removals, "STRAY_AGE", removals.STRAY_AGE * 0)
    office.sweep()
    assert len(office.objects()) == 2
    assert office.complete(waiting).status_code == 200


def test_two_sweepers_at_once_do_no_harm(office: Office) -> None:
    documents = [office.add(f"{number}.pdf") for number in range(6)]
    cut_off = office.with_settings(s3_endpoint="http://127.0.0.1:9")
    for document in documents:
        cut_off.call("DELETE", f"/{document['id']}")
    threads = [threading.Thread(target=office.with_settings().sweep) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(office.event_names()) == ["added"] * 6 + ["deleted"] * 6
    assert (office.objects(), office.used_bytes()) == ([], 0)


def test_sweeper_works_for_every_workspace(office: Office) -> None:
    other = office.another_workspace()
    for each in (office, other):
        each.upload("a.pdf", files.pdf())
    _age(office, 3)
    office.sweep()
    assert (office.rows(), office.objects()) == ([], [])
