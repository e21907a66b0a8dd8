"""No state of any kind of job waits for somebody who may be dead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.clients.auto_invoicing.tasks import start_billing
from services.clients.jobs.operations.kinds import KINDS
from services.clients.jobs.rules import MAX_ATTEMPTS
from services.clients.jobs.tasks import waiting_jobs
from shared.clock import now
from tests.architecture.sources import ROOT
from tests.factories.clients import client_body
from tests.fixtures.databases import Databases
from tests.integration.transfer.conftest import COLUMNS, Transfer, table
from tests.integration.transfer.test_time_import import RIGHT, sent
from tests.integration.transfer.test_time_import import table as time_table

Database = psycopg.Connection[dict[str, Any]]
FILE = table(("Acme", "jo@acme.org", ""), ("Beta", "jo@beta.org", ""))

# In the order of a job's life: before and after its first turn is claimed, in the middle of a
# piece, before and after that piece is committed.
LINES = (
    "uow.before_commit=kill",
    "uow.after_commit=kill",
    "jobs.before_commit=kill",
    "uow.before_commit=kill 2",
    "uow.after_commit=kill 2",
)


def _read(transfer: Transfer) -> Any:
    sent = transfer.post(FILE, "clients.csv")
    (job,) = transfer.ok("GET", f"/jobs?import_id={sent['id']}")["data"]
    return job


def _run(how: str) -> Callable[[Transfer], Any]:
    def make(transfer: Transfer) -> Any:
        sent = transfer.send(FILE)
        return transfer.ok("POST", f"/imports/{sent['id']}/{how}", {"mapping": COLUMNS})

    return make


def _undo(transfer: Transfer) -> Any:
    sent = transfer.send(FILE)
    transfer.start(sent)
    return transfer.ok("POST", f"/imports/{sent['id']}/undo")


def _export(transfer: Transfer) -> Any:
    return transfer.ok("POST", "/exports", {"format": "csv"})


def _bulk(transfer: Transfer) -> Any:
    transfer.start(transfer.send(FILE))
    change = {"action": "add_tags", "value": ["new"], "filter": {}}
    return transfer.ok("POST", "/clients/bulk", change)


def _time(how: str) -> Callable[[Transfer], Any]:
    def make(transfer: Transfer) -> Any:
        client = transfer.ok("POST", "/clients", client_body(client_code="ACM"))
        project = {"name": "Line 4 retrofit", "code": "L4", "status": "active"}
        transfer.ok("POST", f"/clients/{client['id']}/projects", project)
        taken = sent(transfer, time_table(RIGHT, RIGHT.replace("7.5", "1")))
        path = f"/time-entries/import/{taken['id']}/{how}"
        return transfer.ok("POST", path, {"mapping": taken["suggested"]})

    return make


def _time_undo(transfer: Transfer) -> Any:
    run = transfer.finish(_time("start")(transfer))
    return transfer.ok("POST", f"/time-entries/import/{run['import_id']}/undo")


def _auto_invoicing(transfer: Transfer) -> Any:
    body = client_body(
        client_code="ACM",
        rates=[{"position": "Engineer", "regular_rate": "100.00"}],
        settings={"auto_invoicing": True, "auto_invoicing_frequency": "weekly"},
    )
    client = transfer.ok("POST", "/clients", body)
    project = {"name": "Line 4 retrofit", "status": "active"}
    made = transfer.ok("POST", f"/clients/{client['id']}/projects", project)
    entry = {"position": "Engineer", "person": "Jo", "date": now().date().isoformat(), "hours": "2"}
    transfer.ok("POST", "/time-entries", {"project_id": made["id"], **entry})
    start_billing(transfer.api.runtime, now() + timedelta(days=8))
    (job,) = (
        each for each in transfer.ok("GET", "/jobs")["data"] if each["kind"] == "auto_invoicing"
    )
    return job


#: How one of each kind is asked for.
JOBS: dict[str, Callable[[Transfer], Any]] = {
    "import_read": _read,
    "import_preview": _run("preview"),
    "import": _run("start"),
    "import_undo": _undo,
    "export": _export,
    "bulk": _bulk,
    "time_import_preview": _time("preview"),
    "time_import": _time("start"),
    "time_import_undo": _time_undo,
    "auto_invoicing": _auto_invoicing,
}
# What prints needs the documents service: tests/integration/printing kills it there.
ELSEWHERE = {"print"}
every_kind = pytest.mark.parametrize("kind", JOBS)


def test_every_kind_is_walked(transfer: Transfer) -> None:
    assert {kind.name for kind in KINDS} - ELSEWHERE == JOBS.keys()


@every_kind
def test_a_job_whose_worker_is_killed_in_each_of_its_states_is_done(
    transfer: Transfer, databases: Databases, tmp_path: Path, kind: str
) -> None:
    job = JOBS[kind](transfer)
    command = [sys.executable, "-m", "tests.integration.jobs.mortal_worker",
               databases.url("clients"), str(tmp_path), *LINES]  # fmt: skip
    environment = {**os.environ, **databases.environment, "CLIENTELE_FAILPOINTS": str(tmp_path)}
    killed = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True, timeout=90
    )
    assert tuple(killed.stdout.splitlines()) == LINES, killed.stderr
    done = transfer.finish(job)
    assert (done["kind"], done["state"], done["problem"]) == (kind, "done", None)
    _nothing_waits(transfer)


@every_kind
@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_job_that_is_cancelled_leaves_nothing_waiting(
    transfer: Transfer, database: Database, kind: str, state: str
) -> None:
    """A running one as well whose worker is dead and whose lease goes on."""
    job = JOBS[kind](transfer)
    database.execute(
        "UPDATE jobs SET state = %s, lease_until = now() + interval '1 minute' WHERE id = %s",
        (state, job["id"]),
    )
    cancelled = transfer.ok("POST", f"/jobs/{job['id']}/cancel")
    assert cancelled["state"] == "cancelled"
    assert cancelled["finished_at"] is not None
    _nothing_waits(transfer)


@every_kind
def test_a_job_that_is_given_up_leaves_nothing_waiting(
    transfer: Transfer, database: Database, kind: str
) -> None:
    job = JOBS[kind](transfer)
    database.execute("UPDATE jobs SET attempts = %s WHERE id = %s", (MAX_ATTEMPTS, job["id"]))
    given_up = transfer.finish(job)
    assert (given_up["state"], given_up["problem"]["code"]) == ("failed", "interrupted")
    _nothing_waits(transfer)


def _nothing_waits(transfer: Transfer) -> None:
    """No job, no import whose file nobody reads, and no run that goes on."""
    assert waiting_jobs(transfer.api.runtime) == []
    imports = transfer.ok("GET", "/imports")["data"]
    assert "reading" not in {sent["state"] for sent in imports}
    runs = transfer.ok("GET", "/billing-runs")["data"]
    assert "running" not in {run["state"] for run in runs}


@pytest.mark.parametrize("code", ["cancelled", "interrupted"])
def test_an_import_whose_file_is_not_read_says_why_and_keeps_no_row_of_it(
    transfer: Transfer, database: Database, code: str
) -> None:
    job = _read(transfer)
    if code == "cancelled":
        transfer.ok("POST", f"/jobs/{job['id']}/cancel")
    else:
        database.execute("UPDATE jobs SET attempts = %s", (MAX_ATTEMPTS,))
        transfer.work()
    sent = transfer.ok("GET", f"/imports/{job['import_id']}")
    assert (sent["state"], sent["problem"]["code"]) == ("failed", code)
    kept = database.execute("SELECT DISTINCT part FROM transfer_pieces").fetchall()
    assert [piece["part"] for piece in kept] == ["file"], "It may be read otherwise."
    refused: Any = transfer.caller.call(
        "POST", f"/v1/imports/{sent['id']}/start", {"mapping": COLUMNS}
    )
    assert (refused.status_code, refused.json["code"]) == (409, "imports.not_ready")
