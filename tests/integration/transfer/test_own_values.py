"""Tags, owners and a workspace's own fields: changed in bulk, and through files and back."""

from __future__ import annotations

import csv
import io
from typing import Any

import psycopg
import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from services.activity.events.rules.summaries import summarise
from tests.integration.transfer.conftest import Transfer

OWN = {"tier": "Gold", "seats": 12.5, "since": "2024-02-29", "key": True, "site": "https://x.example",
       "mail": "a@b.example", "uses": ["A; b", "C"], "note": '=1+1\n"x"; y'}  # fmt: skip
TYPES: dict[str, Any] = {
    "tier": {"type": "choice", "choices": ["Gold", "Silver"]},
    "seats": {"type": "number"},
    "since": {"type": "date"},
    "key": {"type": "boolean"},
    "site": {"type": "url"},
    "mail": {"type": "email"},
    "uses": {"type": "multi_choice", "choices": ["A; b", "C"]},
    "note": {"type": "text"},
}
TAGS = ["vip", "Nord; Süd", "=sum", "重要"]


@pytest.fixture
def owner_id(transfer: Transfer) -> str:
    """A user who can be given clients."""
    transfer.api.with_role("member")
    query = text("SELECT id FROM users WHERE name = 'member'")
    with transfer.api.runtime.unit_of_work(transfer.api.origin()) as uow:
        return str(uow.session.scalar(query))


@pytest.fixture
def filled(transfer: Transfer, owner_id: str) -> Transfer:
    """A client with tags, an owner and a value of every type of field, and one without any."""
    for key, more in TYPES.items():
        transfer.ok("POST", "/workspace/custom-fields", {"key": key, "label": key, **more})
    whole = {"tags": TAGS, "custom_fields": OWN, "owner_id": owner_id}
    for name, more in (("Whole", whole), ("Bare", {})):
        email = {"email": f"info@{name.lower()}.example.com"}
        transfer.ok("POST", "/clients", {"company_name": name, "primary_contact": email, **more})
    return transfer


@pytest.fixture
def log(database: psycopg.Connection[dict[str, Any]]) -> Any:
    """The sentences of the clients' timeline that are younger than their creation."""

    def read() -> list[str]:
        query = (
            "SELECT type, data FROM event_log WHERE client_id IS NOT NULL "
            "AND type <> 'clients.client.created.v1' ORDER BY id"
        )
        return [summarise(row["type"], row["data"]) for row in database.execute(query)]

    return read


def _bulk(transfer: Transfer, action: str, value: Any, **more: Any) -> Any:
    chosen = more or {"filter": {}}
    body = {"action": action, "value": value, **chosen}
    return transfer.finish(transfer.ok("POST", "/clients/bulk", body))


def _states(transfer: Transfer, job: Any) -> list[str]:
    return sorted(row["state"] for row in transfer.rows(job))


def test_tags_are_added_and_taken_away_in_bulk(filled: Transfer, log: Any) -> None:
    job = _bulk(filled, "add_tags", ["VIP", "new"])
    assert (job["progress"]["updated"], job["progress"]["done"]) == (2, 2)
    found = filled.clients()
    assert found["Whole"]["tags"] == [*TAGS, "new"]
    assert found["Bare"]["tags"] == ["VIP", "new"]
    assert len(log()) == 2
    assert all("ags changed from" in line or "ags set to" in line for line in log()), log()
    again = _bulk(filled, "add_tags", ["new", "vip"])
    assert _states(filled, again) == ["unchanged", "unchanged"]
    gone = _bulk(filled, "remove_tags", ["NEW", "vip", "never"])
    assert gone["progress"]["updated"] == 2
    assert filled.clients()["Whole"]["tags"] == TAGS[1:]
    assert filled.clients()["Bare"]["tags"] == []
    assert len(log()) == 4


def test_tags_written_in_another_way_are_the_same_tag(filled: Transfer) -> None:
    ids = [filled.clients()["Whole"]["id"]]
    decomposed = "Nord; Su\u0308d"
    assert _states(filled, _bulk(filled, "add_tags", [decomposed], ids=ids)) == ["unchanged"]
    job = _bulk(filled, "remove_tags", [f"  {decomposed} "], ids=ids)
    assert _states(filled, job) == ["updated"]
    assert filled.clients()["Whole"]["tags"] == [tag for tag in TAGS if tag != "Nord; Süd"]


def test_clients_are_given_an_owner_in_bulk(filled: Transfer, owner_id: str, log: Any) -> None:
    job = _bulk(filled, "set_owner", owner_id)
    assert _states(filled, job) == ["unchanged", "updated"]
    assert {each["owner"]["id"] for each in filled.clients().values()} == {owner_id}
    assert log() == ["Owner set to member"]
    freed = _bulk(filled, "set_owner", None, filter={"owner": owner_id})
    assert freed["progress"]["updated"] == 2
    assert {each["owner"] for each in filled.clients().values()} == {None}
    assert log()[1:] == ["Owner cleared"] * 2


@pytest.mark.parametrize(
    ("action", "value", "field"),
    [
        ("set_owner", "01a20784-39b8-7487-a155-41f75a4ccad5", "owner_id"),
        ("set_owner", "nobody", "owner_id"),
        ("add_tags", ["x" * 500], "tags"),
        ("add_tags", ["ok", "\x07"], "tags"),
    ],
)
def test_a_wrong_value_fails_row_by_row_and_says_where(
    filled: Transfer, action: str, value: Any, field: str, log: Any
) -> None:
    job = _bulk(filled, action, value)
    assert (job["state"], job["progress"]["failed"]) == ("done", 2)
    for row in filled.rows(job):
        assert row["errors"][0]["field"].startswith(field), row
        assert row["errors"][0]["message"]
    assert log() == []


@pytest.mark.parametrize("value", [None, [], "vip", [7], ["x"] * 51])
def test_what_are_no_tags_is_refused(filled: Transfer, value: Any) -> None:
    for action in ("add_tags", "remove_tags"):
        body = {"action": action, "value": value, "filter": {}}
        assert filled.caller.call("POST", "/v1/clients/bulk", body).status_code == 422


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("empty_cells", ["keep", "clear"])
@pytest.mark.parametrize("apart", [False, True])
def test_an_export_that_is_imported_changes_nothing(
    filled: Transfer, events: Any, kind: str, empty_cells: str, apart: bool
) -> None:
    """With all own fields in one column, or a column for each."""
    columns = ["id", "company_name", "tags", "owner_id", *(f"custom_fields.{key}" for key in OWN)]
    data = filled.export(kind, **({"columns": columns} if apart else {}))
    before = events()
    sent = filled.send(data, f"clients.{kind}")
    job = filled.start(sent, empty_cells=empty_cells)
    assert job["progress"]["skipped"] == 2, filled.rows(job)
    assert events() == before


def test_each_own_field_is_a_column_of_its_own(filled: Transfer) -> None:
    columns = ["company_name", "tags", *(f"custom_fields.{key}" for key in OWN)]
    written = filled.export("csv", columns=columns).decode("utf-8-sig")
    by_name = {row["company_name"]: row for row in csv.DictReader(io.StringIO(written))}
    assert by_name["Whole"]["custom_fields.tier"] == "Gold"
    assert by_name["Whole"]["custom_fields.key"] == "true"
    assert by_name["Whole"]["custom_fields.seats"] == "12.5"
    assert by_name["Bare"]["custom_fields.tier"] == ""
    book = load_workbook(io.BytesIO(filled.export("xlsx", columns=columns)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows[0] == columns
    assert "Gold" in next(row for row in rows if row[0] == "Whole")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_gives_them_to_a_workspace_that_has_the_fields(
    filled: Transfer, kind: str, owner_id: str
) -> None:
    whole = filled.clients()["Whole"]
    columns = ["client_code", "tags", "owner_id", *(f"custom_fields.{key}" for key in OWN)]
    data = filled.export(kind, columns=columns, filters={"q": "whole"})
    emptied = {"tags": [], "owner_id": None, "custom_fields": dict.fromkeys(OWN)}
    headers = {"If_Match": f'"{whole["version"]}"'}
    path = f"/v1/clients/{whole['id']}"
    assert filled.caller.call("PATCH", path, emptied, **headers).status_code == 200
    job = filled.start(filled.send(data, f"x.{kind}"))
    assert job["progress"]["updated"] == 1, filled.rows(job)
    found = filled.clients()["Whole"]
    assert (found["tags"], found["owner_id"], found["custom_fields"]) == (TAGS, owner_id, OWN)


def test_own_fields_are_mapped_as_a_whole_or_one_by_one(filled: Transfer) -> None:
    sent = filled.send(b"Company,Own,Tier\nNew,not json,Gold\n")
    mapping = {"Company": "company_name", "Own": "custom_fields", "Tier": "custom_fields.tier"}
    for path in ("mapping", "constants"):
        body: dict[str, Any] = {"mapping": dict(mapping)}
        if path == "constants":
            body["constants"] = {body["mapping"].pop("Tier") and "custom_fields.tier": "Gold"}
        answer: Any = filled.caller.call("POST", f"/v1/imports/{sent['id']}/preview", body)
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "duplicate")


def test_a_column_of_a_field_that_is_not_there_is_refused(filled: Transfer) -> None:
    columns = ["company_name", "custom_fields.tier", "custom_fields.nope", "custom_fields."]
    answer: Any = filled.caller.call("POST", "/v1/exports", {"format": "csv", "columns": columns})
    assert answer.status_code == 422
    assert [error["message"] for error in answer.json["errors"]] == [
        "No field custom_fields.nope.", "No field custom_fields..",
    ]  # fmt: skip


def test_a_wrong_own_value_of_a_row_is_told_with_its_column(filled: Transfer) -> None:
    written = "company_name,primary_contact.email,Level,Seats\nNew,a@new.example.com,Iron,many\n"
    sent = filled.send(written.encode())
    mapping = {**sent["suggested"], "Level": "custom_fields.tier", "Seats": "custom_fields.seats"}
    job = filled.start(sent, mapping)
    (row,) = filled.rows(job, "failed")
    assert {error["field"] for error in row["errors"]} == {
        "custom_fields.tier", "custom_fields.seats"
    }  # fmt: skip


@pytest.mark.parametrize("typed", ["gold", "重要", "nord", "12.5", "a@b.example"])
def test_own_values_and_tags_are_searched(filled: Transfer, typed: str) -> None:
    found = filled.caller.call("GET", f"/v1/clients?q={typed}").json
    assert found is not None
    assert [client["company_name"] for client in found["data"]] == ["Whole"]
