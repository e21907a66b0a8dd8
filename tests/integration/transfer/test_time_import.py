"""Time from files (B2): mapped, tried, entered once, every wrong row named."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import Workbook

from services.clients.jobs.tasks import advance_job, waiting_jobs
from tests.factories.clients import client_body
from tests.integration.transfer.conftest import Transfer

HEAD = "Client,Project,Role,Employee,Day,Hours,OT,Notes"
RIGHT = "ACM,L4,Engineer,Ana Ruiz,2026-11-23,7.5,,Drawings"


@pytest.fixture
def project_id(transfer: Transfer) -> str:
    """The project L4 of the client ACM."""
    client = transfer.ok("POST", "/clients", client_body(client_code="ACM"))
    body = {"name": "Line 4 retrofit", "code": "L4", "status": "active"}
    return str(transfer.ok("POST", f"/clients/{client['id']}/projects", body)["id"])


def sent(transfer: Transfer, data: bytes, name: str = "time.csv") -> Any:
    """A file of time, read."""
    answer = transfer.caller.http.post(
        f"/v1/time-entries/import?file_name={name}",
        data=data,
        headers={"Authorization": f"Bearer {transfer.caller.token}"},
    )
    assert answer.status_code == 201, answer.text
    transfer.work()
    return transfer.caller.call("GET", answer.headers["Location"]).json


def table(*rows: str) -> bytes:
    """A file of these rows."""
    return "\n".join([HEAD, *rows]).encode()


def run(transfer: Transfer, taken: Any, how: str = "start", **more: Any) -> Any:
    """The finished job of an import."""
    path = f"/time-entries/import/{taken['id']}/{how}"
    return transfer.finish(transfer.ok("POST", path, {"mapping": taken["suggested"], **more}))


def entries(transfer: Transfer) -> Any:
    """All time."""
    return transfer.ok("GET", "/time-entries?limit=200")["data"]


def wrong_of(transfer: Transfer, job: Any) -> dict[int, dict[str, str]]:
    """By row, each wrong field with its code."""
    rows = transfer.rows(job, "failed")
    return {row["row"]: {e["field"]: e["code"] for e in row["errors"]} for row in rows}


def test_a_file_is_understood_tried_and_entered(transfer: Transfer, project_id: str) -> None:
    user = transfer.ok("GET", "/users")["data"][0]
    by_name = f",line 4 RETROFIT,Engineer,{user['email'].upper()},2026-11-24,2,yes,"
    taken = sent(transfer, table(RIGHT, by_name))
    assert taken["suggested"] == {
        "Client": "client_code", "Project": "project", "Role": "position", "Employee": "person",
        "Day": "date", "Hours": "hours", "OT": "overtime", "Notes": "note",
    }  # fmt: skip
    tried = run(transfer, taken, "preview")
    assert (tried["state"], tried["kind"], tried["progress"]["created"]) == (
        "done",
        "time_import_preview",
        2,
    )
    assert entries(transfer) == []
    done = run(transfer, taken)
    assert (done["state"], done["kind"], done["progress"]["created"]) == ("done", "time_import", 2)
    second, first = entries(transfer)
    assert (first["project_id"], first["hours"], first["note"]) == (project_id, "7.50", "Drawings")
    assert (second["person"], second["overtime_hours"]) == (user["id"], "2.00")


def test_a_workbook_and_constants(transfer: Transfer, project_id: str) -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Person", "Date", "Hours"])  # type: ignore[union-attr]
    book.active.append(["Bo", "2026-11-23", 8])  # type: ignore[union-attr]
    book.active.append(["Bo", "2026-11-24", 0.25])  # type: ignore[union-attr]
    book.save(file)
    taken = sent(transfer, file.getvalue(), "time.xlsx")
    constants = {"project_id": project_id, "position": "Engineer"}
    assert run(transfer, taken, constants=constants)["progress"]["created"] == 2
    assert [entry["hours"] for entry in entries(transfer)] == ["0.25", "8.00"]


def test_every_error_of_every_row_is_told_and_right_rows_are_entered(
    transfer: Transfer, project_id: str
) -> None:
    other = transfer.ok("POST", "/clients", client_body(client_code="OTH", allow_duplicate=True))
    body = {"name": "Line 4 retrofit", "status": "active"}
    transfer.ok("POST", f"/clients/{other['id']}/projects", body)
    closed = {"name": "Closed", "status": "completed"}
    transfer.ok("POST", f"/clients/{other['id']}/projects", closed)
    rows = (
        RIGHT,
        "ACM,L4,Engineer,Ana Ruiz,2026-11-23,NaN,,",
        "ACM,L4,Engineer,Ana Ruiz,2026-11-23,-1,,",
        "ACM,L4,,Ana Ruiz,23.11.2026,25,maybe,",
        "ACM,Nowhere,Engineer,Ana Ruiz,2026-11-23,1,,",
        ",Line 4 retrofit,Engineer,Ana Ruiz,2026-11-23,1,,",
        "OTH,Closed,Engineer,Ana Ruiz,2026-11-23,1,,",
        "ACM,L4,Engineer,ana ruiz,2026-11-23,16.51,,",
        "ACM,L4,Engineer,ana ruiz,2026-11-23,16.5,,",
    )
    taken = sent(transfer, table(*rows))
    done = run(transfer, taken)
    progress = done["progress"]
    assert (progress["created"], progress["failed"]) == (2, 7)
    assert wrong_of(transfer, done) == {
        3: {"hours": "wrong_type"},
        4: {"hours": "too_small"},
        5: {
            "position": "required",
            "date": "wrong_type",
            "hours": "too_large",
            "overtime": "wrong_type",
        },
        6: {"project": "unknown_project"},
        7: {"project": "ambiguous_project"},
        8: {"project_id": "project_closed"},
        9: {"hours": "too_many_hours"},
    }
    path = f"/v1/time-entries/import/{taken['id']}/rejected"
    rejected = transfer.caller.call("GET", path).text
    [first, *_] = list(csv.reader(rejected.splitlines()))[1:]
    assert first[: len(rows[1].split(","))] == rows[1].split(",")
    assert "Hours: Must be" in rejected.splitlines()[1]
    assert len(rejected.splitlines()) == 8


def test_messages_that_come_twice_enter_nothing_twice(transfer: Transfer, project_id: str) -> None:
    rows = [f"ACM,L4,Engineer,Person {n},2026-11-23,1,," for n in range(700)]
    taken = sent(transfer, table(*rows))
    body = {"mapping": taken["suggested"]}
    job = transfer.ok("POST", f"/time-entries/import/{taken['id']}/start", body)
    workspace_id, job_id, turn = waiting_jobs(transfer.api.runtime)[0]
    following: int | None = turn
    while following is not None:
        turn = following
        following = advance_job(transfer.api.runtime, workspace_id, job_id, turn)
        assert advance_job(transfer.api.runtime, workspace_id, job_id, turn) is None
    progress = transfer.finish(job)["progress"]
    assert (progress["done"], progress["created"]) == (700, 700)
    project = transfer.ok("GET", f"/projects/{project_id}")
    assert project["spent_hours"] == "700.00"


def test_files_of_time_and_of_clients_are_kept_apart(transfer: Transfer, project_id: str) -> None:
    taken = sent(transfer, table(RIGHT))
    clients = transfer.send(b"Company,Mail\nAcme,jo@acme.example.com")
    call = transfer.caller.call
    assert call("GET", f"/v1/imports/{taken['id']}").status_code == 404
    assert call("GET", f"/v1/time-entries/import/{clients['id']}").status_code == 404
    body = {"mapping": taken["suggested"]}
    assert call("POST", f"/v1/imports/{taken['id']}/start", body).status_code == 404
    listed = transfer.ok("GET", "/imports")["data"]
    assert [each["id"] for each in listed] == [clients["id"]]
    wrong = {"mapping": {"Nothing": "hours", "Hours": "company_name"}}
    answer: Any = call("POST", f"/v1/time-entries/import/{taken['id']}/start", wrong)
    assert {error["code"] for error in answer.json["errors"]} == {"unknown_column", "unknown_path"}


def test_time_is_imported_by_those_who_may_write_it(transfer: Transfer, project_id: str) -> None:
    viewer = transfer.api.with_role("viewer")
    answer = viewer.http.post(
        "/v1/time-entries/import?file_name=a.csv",
        data=table(RIGHT),
        headers={"Authorization": f"Bearer {viewer.token}"},
    )
    assert answer.status_code == 403


def test_undoing_takes_back_what_was_neither_billed_nor_changed_since(
    transfer: Transfer, project_id: str
) -> None:
    billed = RIGHT.replace("2026-11-23", "2026-11-20")
    taken = sent(transfer, table(billed, RIGHT.replace("Ana", "Bo"), RIGHT.replace("Ana", "Cy")))
    run(transfer, taken)
    client = transfer.ok("GET", f"/projects/{project_id}")["client_id"]
    rate = {"position": "Engineer", "regular_rate": "150.00"}
    transfer.ok("POST", f"/clients/{client}/rates", rate)
    period = {"period_start": "2026-11-01", "period_end": "2026-11-20"}
    invoice = transfer.ok("POST", f"/clients/{client}/invoices/from-time", period)
    changed = next(each for each in entries(transfer) if each["person"] == "Bo Ruiz")
    address = f"/v1/time-entries/{changed['id']}"
    transfer.caller.call("PATCH", address, {"hours": "2"}, If_Match="*")
    path = f"/time-entries/import/{taken['id']}/undo"
    done = transfer.finish(transfer.ok("POST", path))
    assert (done["progress"]["updated"], done["progress"]["failed"]) == (1, 2)
    left = {row["row"]: row["errors"][0] for row in transfer.rows(done, "failed")}
    assert {row: error["code"] for row, error in left.items()} == {
        2: "time_entries.billed",
        3: "time_entries.stale_version",
    }
    assert invoice["id"] in left[2]["message"]
    assert sorted(each["person"] for each in entries(transfer)) == ["Ana Ruiz", "Bo Ruiz"]
    again = transfer.caller.call("POST", f"/v1{path}")
    assert (again.status_code, again.json["code"]) == (409, "imports.nothing_to_undo")


def test_a_file_is_not_entered_twice_unless_it_was_taken_back(
    transfer: Transfer, project_id: str
) -> None:
    taken = sent(transfer, table(RIGHT))
    run(transfer, taken)
    path = f"/v1/time-entries/import/{taken['id']}/start"
    again = transfer.caller.call("POST", path, {"mapping": taken["suggested"]})
    assert (again.status_code, again.json["code"]) == (409, "imports.carried_out")
    transfer.finish(transfer.ok("POST", f"/time-entries/import/{taken['id']}/undo"))
    assert run(transfer, taken)["progress"]["created"] == 1
    assert len(entries(transfer)) == 1
