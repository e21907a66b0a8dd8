"""What is in a file, and what comes of it, is for whoever sent it and those who may see all."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from shared.security.permissions import PERMISSIONS
from tests.integration.transfer.conftest import Transfer

NUMBER = "12-3456789"
ACME = {
    "company_name": "Acme",
    "client_code": "ACM",
    "primary_contact": {"email": "jo@acme.example.com"},
    "tax_id": NUMBER,
}
_TAXES = b"Company,Mail,Tax\nBolt,a@bolt.example.com,12-3456789\n"
_MAPPING = {"Company": "company_name", "Mail": "primary_contact.email", "Tax": "tax_id"}


@pytest.fixture
def clerk(transfer: Transfer) -> Transfer:
    """Who may do everything but see tax numbers."""
    may = PERMISSIONS - {"clients.view_tax_id"}
    return Transfer(transfer.api, transfer.api.with_permissions(may))


def test_constants_of_anothers_import_are_not_told(transfer: Transfer, clerk: Transfer) -> None:
    sent = transfer.send(b"Company,Mail\nBolt,a@bolt.example.com\n")
    job = transfer.start(sent, how="preview", constants={"tax_id": NUMBER})
    assert job["result"]["constants"] == {"tax_id": NUMBER}
    for path in ("/jobs", f"/jobs/{job['id']}", "/imports", f"/imports/{sent['id']}"):
        assert NUMBER not in str(clerk.ok("GET", path)), path


def test_which_row_of_anothers_file_is_like_whom_is_not_told(
    transfer: Transfer, clerk: Transfer
) -> None:
    transfer.ok("POST", "/clients", ACME)
    job = transfer.start(transfer.send(_TAXES), _MAPPING)
    assert [each["field"] for each in transfer.rows(job)[0]["errors"]] == ["tax_id"]
    assert [(each["state"], each["errors"]) for each in clerk.rows(job)] == [("skipped", [])]


def test_a_preview_does_not_tell_which_of_many_numbers_is_the_clients(
    transfer: Transfer, clerk: Transfer
) -> None:
    acme = transfer.ok("POST", "/clients", ACME)["id"]
    mapping = {"Id": "id", "Tax": "tax_id"}
    sent = clerk.send(f"Id,Tax\n{acme},12-3456788\n{acme},{NUMBER}\n".encode())
    guessed = clerk.start(sent, mapping, "preview")
    assert [each["state"] for each in clerk.rows(guessed)] == ["updated", "updated"]
    masked = clerk.clients()["Acme"]["tax_id"]
    same = clerk.start(clerk.send(f"Id,Tax\n{acme},{masked}\n".encode()), mapping, "preview")
    assert [each["state"] for each in clerk.rows(same)] == ["unchanged"]


@pytest.mark.parametrize(
    ("how", "body"),
    [
        ("read", {"heading_row": 2}),
        ("preview", {"mapping": {**_MAPPING, "Tax": "current_systems"}}),
        ("start", {"mapping": {**_MAPPING, "Tax": "current_systems"}}),
    ],
    ids=["read", "preview", "start"],
)
def test_nobody_reads_anothers_file_by_having_it_read_otherwise(
    transfer: Transfer, clerk: Transfer, how: str, body: Any
) -> None:
    sent = transfer.send(_TAXES)
    refused: Any = clerk.caller.call("POST", f"/v1/imports/{sent['id']}/{how}", body)
    assert (refused.status_code, refused.json["code"]) == (403, "transfer.file_of_another")


def test_the_rows_of_anothers_hours_are_for_who_may_view_time(transfer: Transfer) -> None:
    path = "/v1/time-entries/import"
    sent: Any = transfer.caller.http.post(
        f"{path}?file_name=hours.csv",
        data=b"Project,Hours,Note\nP1,2,In confidence\n",
        headers={"Authorization": f"Bearer {transfer.caller.token}"},
    ).json
    transfer.work()
    other = transfer.api.with_permissions(frozenset({"projects.update"}))
    seen: Any = other.call("GET", f"{path}/{sent['id']}").json
    assert (seen["columns"], seen["sample"]) == (["Project", "Hours", "Note"], [])
    assert other.call("GET", f"{path}/{sent['id']}/rejected").status_code == 403


@pytest.mark.parametrize("path", ["/v1/imports", "/v1/time-entries/import"])
def test_nothing_is_taken_in_from_who_may_not_send_a_file(transfer: Transfer, path: str) -> None:
    viewer = transfer.api.with_permissions({"clients.view"})
    body = BytesIO(b"Company,Mail\nBolt,a@bolt.example.com\n")
    answer = viewer.http.post(
        f"{path}?file_name=clients.csv",
        input_stream=body,
        content_length=len(body.getvalue()),
        headers={"Authorization": f"Bearer {viewer.token}"},
    )
    assert answer.status_code == 403
    assert body.tell() == 0
