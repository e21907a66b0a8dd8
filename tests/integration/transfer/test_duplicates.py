"""Rows that are much like a client, or like each other: skipped, refused, or made."""

from __future__ import annotations

import csv
import io
from threading import Barrier, Thread
from typing import Any

import pytest

from services.clients.transfer import models
from shared.security.permissions import PERMISSIONS
from tests.integration.transfer.conftest import Transfer, table

ACME = {"company_name": "Acme", "primary_contact": {"email": "jo@acme.com"}}
ROWS = table(
    ("ACME Inc.", "a@gmail.com", ""),
    ("Birch", "b@birch.com", ""),
    ("Birch Ltd", "c@gmail.com", ""),
    ("Cedar", "d@birch.com", ""),
    ("Dogwood", "e@gmail.com", ""),
)
TOLD = {
    2: [("company_name", "Company", "duplicate", "Acme has the same.")],
    4: [("company_name", "Company", "duplicate_in_file", "Row 3 of this file has the same.")],
    5: [("primary_contact.email", "Mail", "duplicate_in_file", "Row 3 of this file has the same.")],
}


def _told(transfer: Transfer, job: Any, state: str) -> Any:
    keys = ("field", "column", "code", "message")
    return {
        row["row"]: [tuple(error[key] for key in keys) for error in row["errors"]]
        for row in transfer.rows(job, state)
    }


@pytest.mark.parametrize("how", ["preview", "start"])
def test_alike_rows_are_skipped_and_their_report_says_why(transfer: Transfer, how: str) -> None:
    transfer.ok("POST", "/clients", ACME)
    job = transfer.start(transfer.send(ROWS), how=how)
    assert _told(transfer, job, "skipped") == TOLD
    counts = {name: job["progress"][name] for name in ("created", "skipped", "failed")}
    assert counts == {"created": 2, "skipped": 3, "failed": 0}
    made = {"Acme"} if how == "preview" else {"Acme", "Birch", "Dogwood"}
    assert set(transfer.clients()) == made


def test_refused_rows_come_back_as_a_file_and_may_be_made_all_the_same(transfer: Transfer) -> None:
    transfer.ok("POST", "/clients", ACME)
    sent = transfer.send(ROWS)
    job = transfer.start(sent, on_duplicate="reject")
    assert _told(transfer, job, "failed") == TOLD
    answer = transfer.caller.call("GET", f"/v1/imports/{sent['id']}/rejected")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Company", "ACME Inc.", "Birch Ltd", "Cedar"]
    again = transfer.start(transfer.send(answer.data), on_duplicate="create")
    assert again["progress"]["created"] == 3


@pytest.mark.parametrize("how", ["preview", "start"])
def test_rows_of_different_pieces_are_held_against_each_other(
    transfer: Transfer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.clients.transfer.operations.reading.PIECE_ROWS", 2)
    assert models.PIECE_ROWS > 2
    job = transfer.start(transfer.send(ROWS), how=how)
    assert job["progress"]["created"] == 3
    assert [*_told(transfer, job, "skipped")] == [4, 5]


def test_a_file_that_is_sent_again_makes_nothing(transfer: Transfer) -> None:
    assert transfer.start(transfer.send(ROWS))["progress"]["created"] == 3
    assert transfer.start(transfer.send(ROWS))["progress"]["skipped"] == 5


def test_a_row_that_changes_a_client_is_no_duplicate_of_it(transfer: Transfer) -> None:
    transfer.ok("POST", "/clients", {**ACME, "client_code": "ACM"})
    sent = transfer.send(table(("Acme", "ana@acme.com", "ACM"), ("Acme 2", "jo@acme.com", "ACX")))
    for how in ("preview", "start"):
        job = transfer.start(sent, how=how, on_duplicate="reject")
        assert (job["progress"]["updated"], job["progress"]["failed"]) == (1, 1)


def test_without_the_right_to_see_clients_none_is_named(transfer: Transfer) -> None:
    transfer.ok("POST", "/clients", ACME)
    """The rejected rows are given to whoever may import."""
    clerk = Transfer(transfer.api, transfer.api.with_permissions(PERMISSIONS - {"clients.view"}))
    sent = transfer.send(ROWS)
    body = {"mapping": sent["suggested"], "on_duplicate": "reject"}
    transfer.finish(clerk.ok("POST", f"/imports/{sent['id']}/start", body))
    answer = clerk.caller.call("GET", f"/v1/imports/{sent['id']}/rejected")
    assert "Another client has the same." in answer.text
    assert "Acme has" not in answer.text


def test_a_preview_tells_of_equal_tax_ids_only_to_who_may_see_them(transfer: Transfer) -> None:
    transfer.ok("POST", "/clients", {**ACME, "tax_id": "12-3456789"})
    seen = transfer.api.with_permissions(PERMISSIONS - {"clients.view_tax_id"})
    clerk = Transfer(transfer.api, seen)
    found = {}
    for caller in (transfer, clerk):
        sent = caller.send(b"Company,Mail,Tax\nBirch,jo@birch.example.com,12-3456789\n")
        mapping = {"Company": "company_name", "Mail": "primary_contact.email", "Tax": "tax_id"}
        found[caller] = [
            row["state"] for row in caller.rows(caller.start(sent, mapping, "preview"))
        ]
    assert found == {transfer: ["skipped"], clerk: ["created"]}


def test_of_an_import_and_a_create_at_once_one_makes_the_client(transfer: Transfer) -> None:
    sent = transfer.send(table(("Acme", "a@acme.com", "")))
    barrier = Barrier(2)
    statuses: list[int] = []

    def create() -> None:
        barrier.wait()
        statuses.append(transfer.caller.call("POST", "/v1/clients", ACME).status_code)

    thread = Thread(target=create)
    thread.start()
    started = transfer.ok("POST", f"/imports/{sent['id']}/start", {"mapping": sent["suggested"]})
    barrier.wait()
    job = transfer.finish(started)
    thread.join()
    assert job["progress"]["created"] + statuses.count(201) == 1
    assert len(transfer.clients()) == 1
