"""Files that another service has made: kept under the id it gave them, checked like any other."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from shared.ids import uuid7
from tests.factories import documents as files
from tests.integration.documents.conftest import EVERY_RIGHT, Office


def put_made(office: Office, document_id: uuid.UUID, **kwargs: Any) -> Any:
    """As the clients service hands a PDF over."""
    sent = {"data": files.pdf(), "content_type": "application/pdf", **kwargs}
    return office.call("PUT", f"/{document_id}/made?file_name=a.pdf&category=invoice", **sent)


def test_it_is_there_at_once_and_sending_it_again_changes_nothing(office: Office) -> None:
    made = uuid7()
    first, again = (put_made(office, made) for _ in range(2))
    assert (first.status_code, first.json["status"]) == (200, "available")
    assert again.json == first.json
    assert [event.type for event in office.events()] == ["documents.paper.added.v1"]
    assert len(office.objects()) == 1


def test_a_report_is_made_for_the_portal(office: Office) -> None:
    """Said as the clients service says it, in a query."""
    sent = {"data": files.pdf(), "content_type": "application/pdf"}
    path = f"/{uuid7()}/made?file_name=a.pdf&category=report&portal_visible=true"
    made = office.call("PUT", path, **sent)
    assert (made.status_code, made.json["portal_visible"]) == (200, True), made.text


def test_it_does_not_need_an_upload_to_have_made_the_bucket(office: Office) -> None:
    fresh = office.with_settings(s3_bucket=f"fresh-{uuid.uuid4().hex}")
    assert put_made(fresh, uuid7()).status_code == 200


def test_one_that_is_not_what_its_name_says_is_refused(office: Office) -> None:
    refused = put_made(office, uuid7(), data=b"MZ no PDF")
    assert (refused.status_code, refused.json["code"]) == (422, "documents.type_mismatch")


def test_a_paper_stays(office: Office) -> None:
    made = put_made(office, uuid7())
    refused = office.call("DELETE", f"/{made.json['id']}", rights=(*EVERY_RIGHT, "invoices.view"))
    assert (refused.status_code, refused.json["code"]) == (409, "documents.paper_kept")
    assert len(office.objects()) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/complete"), ("GET", "/download"),
     ("GET", "/bytes")],
)  # fmt: skip
def test_no_door_opens_to_a_paper_for_whoever_may_not_view_invoices(
    office: Office, method: str, path: str
) -> None:
    made = put_made(office, uuid7())
    answer = office.call(method, f"/{made.json['id']}{path}", json={})
    assert (answer.status_code, answer.json["code"]) == (404, "documents.not_found")
    assert office.event_names() == ["added"]


def test_a_paper_is_listed_and_found_by_those_who_may_view_invoices(office: Office) -> None:
    file, paper = office.add(), put_made(office, uuid7()).json
    for rights, seen in (((), [file["id"]]), (("invoices.view",), [paper["id"], file["id"]])):
        held = (*EVERY_RIGHT, *rights)
        assert [each["id"] for each in office.call("GET", rights=held).json["data"]] == seen
        assert office.search("pdf", held) == seen
