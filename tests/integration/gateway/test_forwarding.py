"""What the façade passes on arrives whole, and comes back as it was answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
import urllib3
from sqlalchemy import create_engine, text

from services.activity.events.consumers import apply
from services.metrics.totals.consumers import apply as count
from shared.db.engine import role_url
from shared.ids import uuid7
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.settings import Settings
from tests.factories.documents import pdf
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.gateway.conftest import Addresses, Facade, Office
from tests.integration.gateway.servers import dead_address

# Of no document; fixed, as two workers must collect the same names of tests.
_DOCUMENT = "01900000-0000-7000-8000-00000000d0c5"

ROUTES = [
    ("GET", "activity", "clients.view"),
    ("GET", "activity/export", "clients.export"),
    ("GET", "metrics", "clients.view"),
    ("GET", "overview", "clients.view"),
    ("GET", "documents", "documents.view"),
    ("POST", "documents", "documents.create"),
    ("GET", f"documents/{_DOCUMENT}", "documents.view"),
    ("PATCH", f"documents/{_DOCUMENT}", "documents.update"),
    ("DELETE", f"documents/{_DOCUMENT}", "documents.delete"),
    ("POST", f"documents/{_DOCUMENT}/complete", "documents.create"),
    ("GET", f"documents/{_DOCUMENT}/download", "documents.view"),
]
PERMISSIONS = sorted({permission for _, _, permission in ROUTES})


def _path(office: Office, part: str) -> str:
    return f"/clients/{office.client_id}/{part}"


def _announce(office: Office, **headers: str) -> Any:
    body = {"file_name": "contract.pdf", "size": len(pdf())}
    return office.call("POST", _path(office, "documents"), json=body, headers=headers)


def _upload(office: Office) -> str:
    """The id of a document whose bytes are in the store."""
    made = _announce(office).json
    upload = made["upload"]
    put = urllib3.request("PUT", upload["url"], body=pdf(), headers=upload["headers"])
    assert put.status == 200
    return str(made["id"])


def test_a_document_goes_all_the_way_through_the_facade(office: Office) -> None:
    document_id = _upload(office)
    path = _path(office, f"documents/{document_id}")
    checked = office.call("POST", f"{path}/complete", json={})
    assert (checked.status_code, checked.json["status"]) == (200, "available"), checked.text
    changed = office.call(
        "PATCH", path, json={"title": "Frame"}, headers={"If-Match": checked.headers["ETag"]}
    )
    assert (changed.status_code, changed.json["title"]) == (200, "Frame")
    listed = office.get("documents").json["data"]
    assert [each["id"] for each in listed] == [document_id]
    link = office.call("GET", f"{path}/download")
    assert link.status_code == 302
    assert urllib3.request("GET", link.headers["Location"]).data == pdf()
    assert office.call("DELETE", path).status_code == 204
    assert office.get("documents").json["data"] == []


def test_status_location_and_etag_come_back(office: Office) -> None:
    made = _announce(office)
    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1{_path(office, 'documents')}/{made.json['id']}"
    assert made.headers["ETag"] == f'"{made.json["version"]}"'
    assert made.mimetype == "application/json"


def test_the_same_idempotency_key_gives_the_same_document(office: Office) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, second = _announce(office, **key), _announce(office, **key)
    assert second.json == first.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(office.get("documents").json["data"]) == 1


def test_a_refusal_comes_back_as_it_was_said(office: Office) -> None:
    document_id = _announce(office).json["id"]
    path = _path(office, f"documents/{document_id}")
    stale = office.call("PATCH", path, json={"title": "x"}, headers={"If-Match": '"99"'})
    assert (stale.status_code, stale.mimetype) == (412, "application/problem+json")
    unknown = office.call("POST", _path(office, "documents"), json={"colour": "red"})
    assert unknown.status_code == 422
    wrong = {(each["field"], each["code"]) for each in unknown.json["errors"]}
    assert ("colour", "unknown_field") in wrong
    early = office.call("POST", f"{path}/complete", json={})
    assert (early.status_code, early.json["code"]) == (422, "documents.not_uploaded")


def test_the_query_is_passed_on(office: Office) -> None:
    for number in range(3):
        body = {"file_name": f"{number}.pdf", "size": 10}
        office.call("POST", _path(office, "documents"), json=body)
    first = office.get("documents", query_string={"limit": 2}).json
    rest = office.get("documents", query_string={"limit": 2, "cursor": first["next"]}).json
    assert [len(first["data"]), len(rest["data"]), rest["next"]] == [2, 1, None]
    odd = office.get("activity", query_string={"kind": "client,ü&x=1", "person": "a\0"})
    assert odd.status_code == 422


def test_the_request_id_reaches_the_service_and_its_events(
    office: Office, settings: Settings
) -> None:
    document_id = _upload(office)
    path = _path(office, f"documents/{document_id}/complete")
    answer = office.call("POST", path, json={}, headers={"X-Request-ID": "my-request-7"})
    assert answer.headers["X-Request-ID"] == "my-request-7"
    engine = create_engine(role_url(settings, "documents", "owner"))
    with engine.connect() as connection:
        query = text("SELECT correlation_id FROM event_log ORDER BY id DESC LIMIT 1")
        assert connection.scalar(query) == "my-request-7"


def test_a_header_that_is_not_ascii_is_refused_not_lost(office: Office) -> None:
    answer = _announce(office, **{"Idempotency-Key": "schlüssel"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(("method", "part", "_permission"), ROUTES)
def test_an_unknown_client_is_found_out_without_asking_anyone(
    facade: Facade, method: str, part: str, _permission: str
) -> None:
    office = facade(dict.fromkeys(("documents", "activity", "metrics"), dead_address()))
    office.client_id = str(uuid7())
    answer = office.call(method, _path(office, part))
    assert (answer.status_code, answer.json["code"]) == (404, "clients.not_found")


@pytest.mark.parametrize(("method", "part", "permission"), ROUTES)
def test_every_route_needs_its_permission(
    office: Office, key_with: Callable[..., str], method: str, part: str, permission: str
) -> None:
    workspace_id = uuid.UUID(office.call("GET", "/workspace").json["id"])
    others = [name for name in PERMISSIONS if name != permission]
    refused = Office(office.http, key_with(workspace_id, *others), office.client_id)
    answer = refused.call(method, _path(office, part))
    assert (answer.status_code, answer.json["permission"]) == (403, permission)
    allowed = Office(office.http, key_with(workspace_id, permission), office.client_id)
    assert allowed.call(method, _path(office, part), json={}).status_code != 403


@pytest.mark.parametrize(("method", "part", "_permission"), ROUTES)
def test_without_a_token_nothing_is_passed_on(
    office: Office, method: str, part: str, _permission: str
) -> None:
    answer = Office(office.http, "nonsense", office.client_id).call(method, _path(office, part))
    assert answer.status_code == 401


def test_another_workspace_finds_no_client(
    office: Office, facade: Facade, addresses: Addresses
) -> None:
    stranger = facade(addresses)
    for part in ("activity", "metrics", "documents", "overview"):
        answer = Office(office.http, stranger.token, office.client_id).get(part)
        assert answer.status_code == 404


def test_a_part_one_may_not_see_is_empty_and_not_called_away(
    office: Office, key_with: Callable[..., str]
) -> None:
    workspace_id = uuid.UUID(office.call("GET", "/workspace").json["id"])
    viewer = Office(office.http, key_with(workspace_id, "clients.view"), office.client_id)
    answer = viewer.get("overview")
    assert answer.status_code == 200
    assert (answer.json["documents"], answer.json["unavailable"]) == (None, [])
    assert answer.json["metrics"] is not None


def test_a_timeline_is_exported_through_the_facade(office: Office, settings: Settings) -> None:
    """The body comes piece by piece, with its name; a refusal as it was answered."""
    told = Source(workspace_id=_workspace_of(office)).tell(
        "clients.client.updated.v1", client_id=uuid.UUID(office.client_id)
    )
    runtime = Runtime("activity", settings)
    Inbox("activity", runtime.pipe_engine, apply).ingest(batch([told]))
    answer = office.get("activity/export?format=jsonl")
    assert answer.headers["Content-Disposition"].endswith('.jsonl"')
    assert [orjson.loads(line)["id"] for line in answer.get_data().splitlines()] == [told["id"]]
    refused = office.get("activity/export?format=pdf")
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "format")


def _workspace_of(office: Office) -> uuid.UUID:
    return uuid.UUID(office.call("GET", "/workspace").json["id"])


def test_numbers_tell_what_is_used_of_budgets_and_what_top_clients_go_by(
    office: Office, settings: Settings, key_with: Callable[..., str]
) -> None:
    rate = {"position": "Engineer", "regular_rate": "100.00"}
    assert office.call("POST", _path(office, "rates"), json=rate).status_code == 201
    for budget in ({"budget_amount": "1000"}, {"budget_hours": "16"}, {}):
        project = {"name": "Retrofit", "status": "active", **budget}
        made = office.call("POST", _path(office, "projects"), json=project).json
        entry = {"project_id": made["id"], "position": "Engineer", "person": "Ana Ruiz"}
        entry |= {"date": "2026-03-02", "hours": "4"}
        assert office.call("POST", "/time-entries", json=entry).status_code == 201
    used = [
        {"unit": "USD", "budget": "1000.00", "spent": "400.00", "percent": "40.00"},
        {"unit": "hours", "budget": "16.00", "spent": "4.00", "percent": "25.00"},
    ]
    assert office.get("metrics").json["budget_used"] == used
    assert office.get("overview").json["metrics"]["budget_used"] == used
    viewer = replace(office, token=key_with(_workspace_of(office), "clients.view"))
    assert viewer.get("metrics").json["budget_used"] is None
    source = Source(workspace_id=_workspace_of(office))
    paid = source.tell_invoice(uuid7(), uuid.UUID(office.client_id), 2, "paid")
    runtime = Runtime("metrics", settings)
    Inbox("metrics", runtime.pipe_engine, count).ingest(batch([paid]))
    (top,) = office.call("GET", "/metrics").json["top_clients"]
    assert (top["client_id"], top["company_name"]) == (office.client_id, "Acme Machines")
