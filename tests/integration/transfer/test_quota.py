"""What the files of a workspace's imports and exports may take together."""

from __future__ import annotations

import pytest

from services.clients.transfer.operations import pieces
from tests.integration.transfer.conftest import Transfer, table


def _send(transfer: Transfer, rows: int) -> int:
    data = table(*((f"Firm {n}", f"info@firm{n}.org", "") for n in range(rows)))
    headers = {"Authorization": f"Bearer {transfer.caller.token}"}
    answer = transfer.caller.http.post("/v1/imports?file_name=a.csv", data=data, headers=headers)
    if answer.status_code != 201:
        assert answer.json["code"] == "transfer.quota_exceeded"
    return answer.status_code


def test_files_of_imports_are_refused_once_there_is_no_room(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "QUOTA_BYTES", 20_000)
    assert _send(transfer, 2_000) == 409, "larger than all room"
    assert _send(transfer, 300) == 201
    while (status := _send(transfer, 300)) == 201:
        pass
    assert status == 409
    other = Transfer(transfer.api, transfer.api.other_workspace())
    assert _send(other, 300) == 201, "each workspace has room of its own"


def test_an_export_is_refused_without_room_and_ends_where_it_runs_out(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer.ok("POST", "/clients", {"company_name": "A", "primary_contact": {"email": "a@b.org"}})
    asked = transfer.ok("POST", "/exports", {"format": "csv"})
    monkeypatch.setattr(pieces, "QUOTA_BYTES", -1)
    ended = transfer.finish(asked)
    assert (ended["state"], ended["problem"]["code"]) == ("failed", "quota_exceeded")
    refused = transfer.caller.call("POST", "/v1/exports", {"format": "csv"})
    assert (refused.status_code, refused.json["code"]) == (409, "transfer.quota_exceeded")  # type: ignore[index]


def test_a_file_that_unfolds_beyond_the_room_is_not_read(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = transfer.post(table(("A", "a@b.org", "")), "a.csv")
    monkeypatch.setattr(pieces, "QUOTA_BYTES", -1)
    transfer.work()
    found = transfer.ok("GET", f"/imports/{sent['id']}")
    assert (found["state"], found["problem"]["code"]) == ("failed", "quota_exceeded")
