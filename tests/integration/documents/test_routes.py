"""Documents over HTTP: shapes, rights, filters, versions, and what is refused."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.factories import documents as files
from tests.integration.documents.conftest import EVERY_RIGHT, Office, fetch, put

GOOD = {"file_name": "a.pdf", "size": 10}


def test_announced_document_says_where_its_bytes_go(office: Office) -> None:
    answer = office.call("POST", json={**GOOD, "title": "A", "expires_on": "2027-12-31"})
    body = answer.json
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"].endswith(f"/documents/{body['id']}")
    assert body["status"] == "pending"
    assert (body["title"], body["expires_on"]) == ("A", "2027-12-31")
    assert (body["category"], body["portal_visible"]) == ("other", False)
    assert body["upload"]["method"] == "PUT"
    assert set(body["upload"]) == {"method", "url", "headers", "expires_at"}


def test_the_same_key_several_times_at_once_announces_one_document(office: Office) -> None:
    headers, together = {"Idempotency-Key": "once"}, threading.Barrier(6)

    def announce(_: int) -> int:
        together.wait(20)
        return office.call("POST", json=GOOD, headers=headers).status_code

    with ThreadPoolExecutor(6) as callers:
        statuses = set(callers.map(announce, range(6)))
    assert statuses <= {201, 409}
    assert office.call("POST", json=GOOD, headers=headers).status_code == 201
    assert len(office.call("GET").json["data"]) == 1


def test_large_document_says_where_its_parts_go(office: Office) -> None:
    upload = office.announce("a.pdf", (64 << 20) + 1)["upload"]
    assert set(upload) == {"method", "headers", "part_size", "parts", "expires_at"}
    assert len(upload["parts"]) * upload["part_size"] >= (64 << 20) + 1
    assert "url" in office.announce("a.pdf", 64 << 20)["upload"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "file_name", "required"),
        ({**GOOD, "file_name": ""}, "file_name", "not_a_file_name"),
        ({**GOOD, "file_name": "a/b.pdf"}, "file_name", "not_a_file_name"),
        ({**GOOD, "file_name": "a\nb.pdf"}, "file_name", "not_a_file_name"),
        ({**GOOD, "file_name": "a\0.pdf"}, "file_name", "nul_character"),
        ({**GOOD, "file_name": "x" * 3_000}, "file_name", "not_a_file_name"),
        ({**GOOD, "file_name": 5}, "file_name", "wrong_type"),
        ({**GOOD, "size": 0}, "size", "too_small"),
        ({**GOOD, "size": -1}, "size", "too_small"),
        ({**GOOD, "size": 1.5}, "size", "wrong_type"),
        ({**GOOD, "size": 2**60}, "size", "too_large"),
        ({**GOOD, "size": True}, "size", "wrong_type"),
        ({**GOOD, "sha256": "abc"}, "sha256", "not_a_sha256"),
        ({**GOOD, "content_type": "pdf"}, "content_type", "not_a_content_type"),
        ({**GOOD, "category": "x" * 101}, "category", "length"),
        ({**GOOD, "title": "x" * 201}, "title", "too_long"),
        ({**GOOD, "expires_on": "31.12.2027"}, "expires_on", "wrong_type"),
        ({**GOOD, "portal_visible": "yes"}, "portal_visible", "wrong_type"),
        ({**GOOD, "status": "available"}, "status", "unknown_field"),
    ],
)
def test_wrong_value_is_named(body: Any, field: str, code: str, office: Office) -> None:
    answer = office.call("POST", json=body)
    assert answer.status_code == 422, answer.text
    assert (field, code) in [(error["field"], error["code"]) for error in answer.json["errors"]]
    assert office.rows() == []


def test_every_wrong_value_is_named_at_once(office: Office) -> None:
    answer = office.call("POST", json={"file_name": "", "size": 0, "category": 1, "more": 1})
    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"file_name", "size", "category", "more"}


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "", "documents.view"),
        ("POST", "", "documents.create"),
        ("GET", "/{id}", "documents.view"),
        ("PATCH", "/{id}", "documents.update"),
        ("DELETE", "/{id}", "documents.delete"),
        ("POST", "/{id}/complete", "documents.create"),
        ("GET", "/{id}/download", "documents.view"),
    ],
)
def test_each_route_needs_its_right(method: str, path: str, right: str, office: Office) -> None:
    path = path.format(id=uuid.uuid4())
    others = tuple(each for each in EVERY_RIGHT if each != right)
    refused = office.call(method, path, rights=others)
    assert (refused.status_code, refused.json["permission"]) == (403, right)
    assert office.call(method, path, rights=(right,)).status_code in {200, 404, 422}


def test_call_without_a_token_is_refused(office: Office) -> None:
    address = f"/v1/clients/{office.client_id}/documents"
    assert office.http.get(address).status_code == 401


def test_another_workspace_sees_and_changes_nothing(office: Office) -> None:
    document = office.add()
    awaited = office.upload("b.pdf", files.pdf())
    other = office.another_workspace()
    other.client_id = office.client_id
    assert other.call("GET").json["data"] == []
    for method, path in (
        ("GET", f"/{document['id']}"),
        ("PATCH", f"/{document['id']}"),
        ("DELETE", f"/{document['id']}"),
        ("GET", f"/{document['id']}/download"),
        ("POST", f"/{awaited['id']}/complete"),
    ):
        body = {"json": {}} if method != "GET" else {}
        assert other.call(method, path, **body).status_code == 404
    assert office.get(document)["status"] == "available"
    assert office.get(awaited)["status"] == "pending"


def test_document_of_another_client_is_not_found(office: Office) -> None:
    document = office.add()
    office.client_id = uuid.uuid4()
    assert office.call("GET", f"/{document['id']}").status_code == 404


def test_list_is_paged_newest_first_and_filtered(office: Office) -> None:
    made = [office.add(f"{n}.pdf", category="contract" if n % 2 else "other") for n in range(5)]
    office.announce("pending.pdf", 1)
    available = {"query_string": {"status": "available", "limit": 2}}
    first = office.call("GET", **available).json
    assert [it["id"] for it in first["data"]] == [made[4]["id"], made[3]["id"]]
    available["query_string"]["cursor"] = first["next"]
    second = office.call("GET", **available).json
    assert [it["id"] for it in second["data"]] == [made[2]["id"], made[1]["id"]]
    contracts = office.call("GET", query_string={"category": "contract"}).json["data"]
    assert [it["id"] for it in contracts] == [made[3]["id"], made[1]["id"]]
    assert len(office.call("GET").json["data"]) == 6


def test_cursor_of_another_list_is_refused(office: Office) -> None:
    for number in range(2):
        office.announce(f"{number}.pdf", 1)
    cursor = office.call("GET", query_string={"limit": 1}).json["next"]
    for query in ({"cursor": "forged"}, {"cursor": cursor, "category": "other"}):
        answer = office.call("GET", query_string=query)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_cursor")


def test_change_of_details_is_an_event_with_before_and_after(office: Office) -> None:
    document = office.add(title="Old")
    answer = office.call(
        "PATCH",
        f"/{document['id']}",
        json={"title": None, "expires_on": "2028-01-31", "category": "other"},
        headers={"If-Match": f'"{document["version"]}"'},
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json["title"], answer.json["expires_on"]) == (None, "2028-01-31")
    assert answer.json["version"] == document["version"] + 1
    event = office.events()[-1]
    assert event.type == "documents.document.updated.v1"
    assert event.data["changes"] == [
        {"field": "title", "before": "Old", "after": None},
        {"field": "expires_on", "before": None, "after": "2028-01-31"},
    ]


def test_change_without_effect_makes_no_version_and_no_event(office: Office) -> None:
    document = office.add(title="Same")
    answer = office.call("PATCH", f"/{document['id']}", json={"title": "Same"})
    assert answer.json["version"] == document["version"]
    assert office.event_names() == ["added"]


def test_stale_version_is_refused_on_change_and_delete(office: Office) -> None:
    document = office.add()
    office.call("PATCH", f"/{document['id']}", json={"title": "New"})
    stale = {"If-Match": f'"{document["version"]}"'}
    change = office.call("PATCH", f"/{document['id']}", json={"title": "Late"}, headers=stale)
    assert (change.status_code, change.json["code"]) == (412, "documents.stale_version")
    assert office.call("DELETE", f"/{document['id']}", headers=stale).status_code == 412
    assert office.get(document)["title"] == "New"


def test_details_of_an_awaited_file_change_without_an_event(office: Office) -> None:
    document = office.upload("a.pdf", files.pdf())
    office.call("PATCH", f"/{document['id']}", json={"title": "Named while uploading"})
    assert office.events() == []
    office.complete(document)
    [event] = office.events()
    assert event.data["document"]["title"] == "Named while uploading"


def test_details_of_a_refused_file_stay(office: Office) -> None:
    document = office.upload("a.pdf", b"MZ" + b"\0" * 99)
    office.complete(document)
    answer = office.call("PATCH", f"/{document['id']}", json={"title": "x"})
    assert (answer.status_code, answer.json["document_status"]) == (409, "quarantined")


def test_download_is_a_short_link_to_an_attachment_and_an_event(office: Office) -> None:
    document = office.add("契約書 2026.pdf")
    answer = office.call("GET", f"/{document['id']}/download")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-store")
    arrived = fetch(answer.headers["Location"])
    assert arrived.data == files.pdf()
    assert arrived.headers["Content-Type"] == "application/pdf"
    disposition = arrived.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%E5%A5%91%E7%B4%84%E6%9B%B8%202026.pdf" in disposition
    assert office.event_names() == ["added", "downloaded"]
    assert office.get(document)["version"] == document["version"]


def test_versions_of_a_documents_events_rise_by_one(office: Office) -> None:
    document = office.add()
    office.call("GET", f"/{document['id']}/download")
    office.call("PATCH", f"/{document['id']}", json={"title": "x"})
    office.call("GET", f"/{document['id']}/download")
    office.call("DELETE", f"/{document['id']}")
    assert [event.aggregate_version for event in office.events()] == [1, 2, 3, 4, 5]
    assert office.event_names() == ["added", "downloaded", "updated", "downloaded", "deleted"]


@pytest.mark.parametrize("state", ["pending", "quarantined"])
def test_what_is_not_available_is_not_handed_out(state: str, office: Office) -> None:
    document = office.upload("a.pdf", b"MZ" + b"\0" * 99)
    if state == "quarantined":
        office.complete(document)
    answer = office.call("GET", f"/{document['id']}/download")
    assert (answer.status_code, answer.json["code"]) == (409, "documents.not_available")
    assert answer.json["document_status"] == state


def test_bytes_that_vanished_from_the_store_are_said_to_be_missing(office: Office) -> None:
    document = office.add()
    office.uploads.store.remove(office.objects()[0])
    assert office.call("GET", f"/{document['id']}/download").status_code == 409


def test_deleted_document_and_its_bytes_are_gone(office: Office) -> None:
    document = office.add()
    assert office.call("DELETE", f"/{document['id']}").status_code == 204
    assert office.call("GET", f"/{document['id']}").status_code == 404
    assert office.call("DELETE", f"/{document['id']}").status_code == 404
    assert office.call("GET").json["data"] == []
    assert office.objects() == []
    assert office.event_names() == ["added", "deleted"]


def test_deleting_a_refused_or_awaited_file_leaves_no_trace_of_it_in_the_list(
    office: Office,
) -> None:
    refused = office.upload("a.pdf", b"MZ" + b"\0" * 99)
    office.complete(refused)
    awaited = office.upload("b.pdf", files.pdf())
    for document in (refused, awaited):
        assert office.call("DELETE", f"/{document['id']}").status_code == 204
    assert office.call("GET").json["data"] == []
    assert office.event_names() == ["refused", "deleted"]
    assert office.objects() == []


def test_same_key_gives_the_same_document(office: Office) -> None:
    key = {"Idempotency-Key": "k1"}
    first = office.call("POST", json=GOOD, headers=key)
    again = office.call("POST", json=GOOD, headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(office.rows()) == 1
    other = office.call("POST", json={**GOOD, "size": 11}, headers=key)
    assert (other.status_code, other.json["code"]) == (422, "idempotency.key_reused")


def test_refusal_under_a_key_is_repeated_but_an_outage_is_not(office: Office) -> None:
    key = {"Idempotency-Key": "k2"}
    cut_off = office.with_settings(s3_endpoint="http://127.0.0.1:9")
    assert cut_off.call("POST", json=GOOD, headers=key).status_code == 503
    assert office.call("POST", json=GOOD, headers=key).status_code == 201
    document = office.announce("a.pdf")
    path, key = f"/{document['id']}/complete", {"Idempotency-Key": "k3"}
    assert office.call("POST", path, json={}, headers=key).status_code == 422
    put(document["upload"]["url"], files.pdf())
    assert office.call("POST", path, json={}, headers=key).status_code == 422
    assert office.call("POST", path, json={}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"parts": "all"},
        {"parts": [{"number": 0, "etag": "a"}]},
        {"parts": [{"number": 1}]},
        {"parts": [{"number": 1, "etag": ""}]},
        {"more": 1},
    ],
)
def test_wrong_list_of_parts_is_refused(body: Any, office: Office) -> None:
    document = office.announce()
    assert office.complete(document, **body).status_code == 422


def test_openapi_describes_every_route(office: Office) -> None:
    paths = office.http.get("/openapi.json").json["paths"]
    described = {(path, method) for path, item in paths.items() for method in item}
    base = "/v1/clients/{client_id}/documents"
    for path, method in (
        (base, "get"),
        (base, "post"),
        (base + "/{document_id}", "get"),
        (base + "/{document_id}", "patch"),
        (base + "/{document_id}", "delete"),
        (base + "/{document_id}/complete", "post"),
        (base + "/{document_id}/download", "get"),
    ):
        assert (path, method) in described
