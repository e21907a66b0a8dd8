"""Documents of a draft: uploaded before there is a client, and the client's once there is one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from shared.ids import uuid7
from tests.factories.clients import client_body
from tests.factories.documents import pdf
from tests.integration.gateway.conftest import Facade, Office
from tests.integration.gateway.servers import dead_address, frozen

BIRCH = client_body(
    company_name="Birch Instruments", primary_contact={"email": "jo@birch.example.com"}
)


def begin(office: Office) -> str:
    """The path of a draft that could be submitted."""
    made = office.call("POST", "/client-drafts", json={})
    path = f"/client-drafts/{made.json['id']}"
    saved = office.call("PATCH", f"{path}/steps/basic", json=BIRCH)
    assert saved.json["complete"] == ["basic"]
    return path


def announce(office: Office, draft: str, **headers: str) -> Any:
    """A file that is to come."""
    body = {"file_name": "contract.pdf", "size": len(pdf())}
    return office.call("POST", f"{draft}/documents", json=body, headers=headers)


def upload(office: Office, draft: str) -> Any:
    """A document that passed its check."""
    made = announce(office, draft).json
    sent = made["upload"]
    put = urllib3.request("PUT", sent["url"], body=pdf(), headers=sent["headers"])
    assert put.status == 200
    checked = office.call("POST", f"{draft}/documents/{made['id']}/complete", json={})
    assert (checked.status_code, checked.json["status"]) == (200, "available"), checked.text
    return checked.json


def test_a_document_of_a_draft_is_the_clients_once_it_is_submitted(office: Office) -> None:
    draft = begin(office)
    document = upload(office, draft)
    shown = office.call("GET", draft)
    assert shown.json["steps"]["documents"] == {"documents": [document]}
    assert (shown.json["unavailable"], shown.headers["ETag"]) == ([], '"2"')
    listed = office.call("GET", f"{draft}/documents").json["data"]
    assert listed == [document]
    early = office.call("GET", f"{draft}/documents/{document['id']}/download")
    assert urllib3.request("GET", early.headers["Location"]).data == pdf()
    made = office.call("POST", f"{draft}/submit", json={})
    assert made.status_code == 201, made.text
    path = made.headers["Location"].removeprefix("/v1")
    assert office.call("GET", f"{path}/documents").json["data"] == [document]
    link = office.call("GET", f"{path}/documents/{document['id']}/download")
    assert urllib3.request("GET", link.headers["Location"]).data == pdf()


def test_what_is_shown_of_the_documents_may_come_back_with_the_step(office: Office) -> None:
    draft = begin(office)
    upload(office, draft)
    shown = office.call("GET", draft).json["steps"]["documents"]
    saved = office.call("PATCH", f"{draft}/steps/documents", json=shown).json
    assert (saved["errors"], saved["complete"]) == ([], ["basic", "documents"])
    assert office.call("GET", draft).json["steps"]["documents"] == shown


def test_a_document_is_found_where_its_location_says(office: Office) -> None:
    draft = begin(office)
    made = announce(office, draft)
    assert made.headers["Location"] == f"/v1{draft}/documents/{made.json['id']}"
    path = made.headers["Location"].removeprefix("/v1")
    assert office.call("GET", path).json["file_name"] == "contract.pdf"
    changed = office.call("PATCH", path, json={"title": "Frame"})
    assert (changed.status_code, changed.json["title"]) == (200, "Frame")
    assert office.call("DELETE", path).status_code == 204
    assert office.call("GET", f"{draft}/documents").json["data"] == []


def test_the_same_idempotency_key_gives_the_same_document(office: Office) -> None:
    draft = begin(office)
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, second = announce(office, draft, **key), announce(office, draft, **key)
    assert second.json == first.json
    assert second.headers["Location"] == first.headers["Location"]


def test_a_draft_that_is_gone_takes_no_documents(office: Office) -> None:
    draft, submitted = begin(office), begin(office)
    assert office.call("DELETE", draft).status_code == 204
    client = office.call("POST", f"{submitted}/submit", json={}).json
    for path in (draft, f"/client-drafts/{uuid7()}"):
        answer = announce(office, path)
        assert (answer.status_code, answer.json["code"]) == (404, "clients.draft_not_found")
    late = announce(office, submitted)
    assert (late.status_code, late.json["client_id"]) == (409, client["id"])


def test_a_draft_is_no_client_before_it_is_submitted(office: Office) -> None:
    draft = begin(office)
    client = draft.replace("client-drafts", "clients")
    assert office.call("GET", client).status_code == 404
    assert announce(office, client).status_code == 404


def test_what_may_be_done_with_documents_holds_for_drafts_too(
    office: Office, key_with: Callable[..., str]
) -> None:
    draft = begin(office)
    upload(office, draft)
    workspace_id = uuid.UUID(office.call("GET", "/workspace").json["id"])
    only_drafts = Office(office.http, key_with(workspace_id, "clients.create"))
    refused = announce(only_drafts, draft)
    assert (refused.status_code, refused.json["permission"]) == (403, "documents.create")
    assert only_drafts.call("GET", draft).json["steps"]["documents"] == {"documents": None}
    no_drafts = Office(office.http, key_with(workspace_id, "documents.create"))
    refused = announce(no_drafts, draft)
    assert (refused.status_code, refused.json["permission"]) == (403, "clients.create")


@pytest.mark.parametrize("state", ["dead", "frozen"])
def test_without_the_documents_service_everything_else_of_a_draft_works(
    facade: Facade, state: str
) -> None:
    with frozen() as silent:
        address = silent if state == "frozen" else dead_address()
        office = facade(dict.fromkeys(("documents", "activity", "metrics"), address))
        draft = begin(office)
        refused = announce(office, draft)
        assert (refused.status_code, refused.json["service"]) == (503, "documents")
        shown = office.call("GET", draft)
        assert (shown.status_code, shown.json["steps"]["documents"]) == (200, {"documents": None})
        (away,) = shown.json["unavailable"]
        assert (away["part"], away["service"]) == ("documents", "documents")
        assert shown.json["complete"] == ["basic"]
        assert office.call("POST", f"{draft}/submit", json={}).status_code == 201
