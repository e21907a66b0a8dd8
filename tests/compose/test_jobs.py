"""What workers of jobs do: imports, exports and deletions come to their end."""

from __future__ import annotations

from typing import Any

from tests.fixtures.compose import ComposeSystem
from tests.fixtures.firm import Firm
from tests.fixtures.waiting import eventually

ROWS = 300


def _finished(firm: Firm, job: Any) -> Any:
    def look() -> Any:
        found = firm.get(f"/jobs/{job['id']}")
        return found if found["state"] in {"done", "failed", "cancelled"} else None

    return eventually("the job has ended", look, 60)


def test_a_file_is_imported_and_exported(project: ComposeSystem, firm: Firm) -> None:
    lines = ["Company,E-mail", *(f"Works {n},works{n}@example.com" for n in range(ROWS))]
    answer = firm.http.post(
        "/v1/imports", params={"file_name": "clients.csv"}, content="\n".join(lines)
    )
    assert answer.status_code == 201, answer.text
    path = f"/imports/{answer.json()['id']}"
    sent = eventually("the file is read", lambda: _ready(firm, path), 60)
    job = _finished(firm, firm.post(f"{path}/start", {"mapping": sent["suggested"]}, 202))
    assert (job["state"], job["progress"]["created"]) == ("done", ROWS), job
    job = _finished(firm, firm.post("/exports", {"format": "csv"}, 202))
    assert job["state"] == "done", job
    exported = firm.http.get(job["result"]["file"])
    assert len(exported.text.splitlines()) == ROWS + 1


def _ready(firm: Firm, path: str) -> Any:
    found = firm.get(path)
    return found if found["state"] == "ready" else None


def test_a_confirmed_deletion_is_done_by_every_service(project: ComposeSystem, firm: Firm) -> None:
    made = firm.client()
    firm.sees(made["id"], "clients.client.created.v1")
    path = f"/clients/{made['id']}"
    confirm = firm.get(f"{path}/deletion-plan")["confirm"]
    answer = firm.http.delete(f"/v1{path}", params={"confirm": confirm})
    assert answer.status_code == 202, answer.text
    deletion = f"/deletions/{answer.json()['deletion_id']}"
    eventually("every service has reported", lambda: firm.get(deletion)["state"] == "done", 30)
    assert firm.http.get(f"/v1{path}").status_code == 404
