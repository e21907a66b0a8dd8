"""Jobs take turns, and no death in one of them loses a row or does one twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.clients.jobs import tasks
from services.clients.jobs.models import Job
from services.clients.jobs.operations import ending
from services.clients.jobs.operations.turns import claim_turn, hold_turn
from services.clients.jobs.rules import MAX_ATTEMPTS
from services.clients.jobs.tasks import advance_in_order, advance_job, purge_jobs, waiting_jobs
from services.clients.transfer.models import PIECE_ROWS
from services.clients.transfer.operations import forgetting, reading
from services.clients.transfer.operations.reading import _open_file
from services.clients.transfer.tasks import purge_transfers
from shared.runtime import Runtime
from tests.fixtures.databases import Databases
from tests.integration.transfer.conftest import COLUMNS, Transfer, table

# What a worker does with a message, in a process that can be killed.
_WORKER = """
import sys, uuid
from services.clients.jobs.tasks import advance_job
from services.clients.service import register_features
from shared.runtime import Runtime
from shared.settings import Settings, load
register_features()
runtime = Runtime("clients", load(Settings))
turn = int(sys.argv[3])
while turn is not None:
    turn = advance_job(runtime, uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]), turn)
"""
ROWS = [(f"Firm {n}", f"info@firm{n}.org", "") for n in range(3 * PIECE_ROWS + 100)]


def _started(transfer: Transfer) -> Any:
    sent = transfer.send(table(*ROWS))
    return transfer.ok("POST", f"/imports/{sent['id']}/start", {"mapping": COLUMNS})


def _expire(database: psycopg.Connection[dict[str, Any]]) -> None:
    database.execute("UPDATE jobs SET lease_until = NULL, turn_at = turn_at - interval '1 minute'")


@pytest.mark.parametrize("line", ["jobs.before_commit", "uow.before_commit",
                                  "uow.after_commit", "jobs.after_piece"])  # fmt: skip
def test_a_worker_killed_at_any_line_loses_no_row_and_does_none_twice(
    transfer: Transfer,
    databases: Databases,
    database: psycopg.Connection[dict[str, Any]],
    tmp_path: Path,
    line: str,
    events: Any,
) -> None:
    job = _started(transfer)
    # The first hit of the unit of work is the claim: kill later, in the middle of the rows.
    (tmp_path / line).write_text("kill 3")
    environment = {**os.environ, **databases.environment, "CLIENTELE_FAILPOINTS": str(tmp_path)}
    ((workspace_id, job_id, turn),) = waiting_jobs(transfer.api.runtime)
    command = [sys.executable, "-c", _WORKER, str(workspace_id), str(job_id), str(turn)]
    killed = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
    assert killed.returncode == -9, killed.stderr
    assert 0 <= events().get("clients.client.created.v1", 0) < len(ROWS)
    _expire(database)
    done = transfer.finish(job)
    assert done["progress"]["created"] == len(ROWS)
    assert done["progress"]["done"] == len(ROWS)
    assert events() == {"clients.client.created.v1": len(ROWS)}
    (found,) = database.execute(
        "SELECT count(*) AS n, count(DISTINCT company_name) AS names FROM clients"
    ).fetchall()
    assert (found["n"], found["names"]) == (len(ROWS), len(ROWS))


def test_the_same_message_twice_and_at_once_is_one_turn(transfer: Transfer, events: Any) -> None:
    job = _started(transfer)
    ((workspace_id, job_id, turn),) = waiting_jobs(transfer.api.runtime)
    followed: list[int | None] = []

    def take() -> None:
        followed.append(advance_job(transfer.api.runtime, workspace_id, job_id, turn))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = [turn for turn in followed if turn is not None]
    assert len(turns) <= 1
    while turns:
        following = advance_job(transfer.api.runtime, workspace_id, job_id, turns.pop())
        turns += [] if following is None else [following]
    assert transfer.ok("GET", f"/jobs/{job['id']}")["state"] == "done"
    assert events() == {"clients.client.created.v1": len(ROWS)}


def test_a_message_that_comes_again_after_its_turn_begins_none(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.001)
    job = _started(transfer)
    ((workspace_id, job_id, turn),) = waiting_jobs(transfer.api.runtime)
    assert advance_job(transfer.api.runtime, workspace_id, job_id, turn) == turn + 1
    before = transfer.ok("GET", f"/jobs/{job['id']}")
    assert advance_job(transfer.api.runtime, workspace_id, job_id, turn) is None
    assert transfer.ok("GET", f"/jobs/{job['id']}") == before
    assert advance_job(transfer.api.runtime, workspace_id, job_id, turn + 1) == turn + 2


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_read_on_where_the_turn_before_stopped(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch, kind: str, elsewhere: bool
) -> None:
    """In this process, which has left the file open, and in others, which have to begin anew."""
    opened = []

    def open_file(*given: Any) -> Any:
        opened.append(found := _open_file(*given))
        return found

    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.001)
    monkeypatch.setattr(reading, "PIECE_ROWS", 2)
    monkeypatch.setattr(reading, "_open_file", open_file)
    for row in ROWS[:9]:
        transfer.ok("POST", "/clients", _body(row))
    sent = transfer.post(transfer.export(kind), f"again.{kind}")
    turns = waiting_jobs(transfer.api.runtime)
    while turns:
        workspace_id, job_id, turn = turns.pop()
        following = advance_job(transfer.api.runtime, workspace_id, job_id, turn)
        turns += [] if following is None else [(workspace_id, job_id, following)]
        if elsewhere:
            while reading._left_open:
                reading._left_open.popitem()[1].file.close()
    again = transfer.start(transfer.ok("GET", f"/imports/{sent['id']}"))
    assert again["progress"] == {**again["progress"], "done": 9, "skipped": 9}
    assert len(transfer.rows(again)) == 9
    assert (len(opened) > 1) == elsewhere
    assert not reading._left_open


def _body(row: Any) -> dict[str, Any]:
    name, email, _code = row
    return {"company_name": name, "primary_contact": {"email": email}}


def test_a_cancelled_job_begins_no_further_step(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch, events: Any
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.001)
    job = _started(transfer)
    ((workspace_id, job_id, turn),) = waiting_jobs(transfer.api.runtime)
    following = advance_job(transfer.api.runtime, workspace_id, job_id, turn)
    assert following is not None
    transfer.ok("POST", f"/jobs/{job['id']}/cancel")
    assert advance_job(transfer.api.runtime, workspace_id, job_id, following) is None
    left = transfer.ok("GET", f"/jobs/{job['id']}")
    assert left["state"] == "cancelled"
    assert left["progress"]["created"] == events()["clients.client.created.v1"] == PIECE_ROWS
    answer = transfer.caller.call("POST", f"/v1/jobs/{job['id']}/cancel")
    assert answer.status_code == 409


def test_jobs_take_turns(transfer: Transfer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.001)
    long = _started(transfer)
    short = transfer.ok("POST", "/exports", {"format": "csv"})
    waiting = waiting_jobs(transfer.api.runtime)
    finished: list[str] = []
    while waiting:
        workspace_id, job_id, turn = waiting.pop(0)
        following = advance_job(transfer.api.runtime, workspace_id, job_id, turn)
        if following is None:
            finished.append(str(job_id))
        else:
            waiting.append((workspace_id, job_id, following))
    assert finished == [short["id"], long["id"]]


def test_workspaces_take_turns_however_many_jobs_one_of_them_has(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0.001)
    heavy = [transfer.ok("POST", "/exports", {"format": "csv"})["id"] for _ in range(8)]
    messages = waiting_jobs(transfer.api.runtime)
    taken: list[str] = []
    take_turn = tasks._take_turn

    def noted(runtime: Runtime, job: Job, number: int) -> bool:
        taken.append(str(job.id))
        return take_turn(runtime, job, number)

    def take_one() -> None:
        messages.extend(advance_in_order(transfer.api.runtime, messages.pop(0)))

    monkeypatch.setattr(tasks, "_take_turn", noted)
    for _ in range(3):
        take_one()
    other = Transfer(transfer.api, transfer.api.other_workspace())
    small = [other.ok("POST", "/exports", {"format": "csv"})["id"] for _ in range(2)]
    # The small ones' messages are the last; every second turn is theirs all the same.
    messages.extend(each for each in waiting_jobs(transfer.api.runtime) if str(each[1]) in small)
    for _ in range(6):
        take_one()
    assert [each in small for each in taken] == [False] * 3 + [True, False] * 3
    # And none is lost on the way.
    while messages:
        take_one()
    assert {*taken} == {*heavy, *small}


def test_a_job_that_never_gets_anywhere_is_given_up(
    transfer: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    job = _started(transfer)
    database.execute("UPDATE transfer_pieces SET sealed = 'broken'")
    for _ in range(MAX_ATTEMPTS + 1):
        _expire(database)
        transfer.work()
    given_up = transfer.ok("GET", f"/jobs/{job['id']}")
    assert (given_up["state"], given_up["problem"]["code"]) == ("failed", "interrupted")
    _expire(database)
    assert waiting_jobs(transfer.api.runtime) == []


def test_a_job_in_work_is_not_woken(
    transfer: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    _started(transfer)
    assert len(waiting_jobs(transfer.api.runtime)) == 1
    ((workspace_id, job_id, turn),) = waiting_jobs(transfer.api.runtime)
    database.execute("UPDATE jobs SET lease_until = now() + interval '10 seconds'")
    assert waiting_jobs(transfer.api.runtime) == []
    # Nor begun by a message that was sent before.
    assert advance_job(transfer.api.runtime, workspace_id, job_id, turn) is None
    begun = database.execute("SELECT turn FROM jobs WHERE id = %s", [job_id]).fetchall()
    assert begun == [{"turn": turn}]
    # As the database's clock was set back an hour meanwhile.
    database.execute(
        "UPDATE jobs SET lease_until = now() + interval '1 hour', turn = 1, "
        "turn_at = now() + interval '1 hour'"
    )
    assert len(waiting_jobs(transfer.api.runtime)) == 1


def test_a_turn_that_was_overtaken_writes_nothing_more(
    transfer: Transfer, database: psycopg.Connection[dict[str, Any]]
) -> None:
    _started(transfer)
    ((workspace_id, job_id, turn),) = waiting_jobs(transfer.api.runtime)
    runtime = transfer.api.runtime
    for each in (turn, turn + 1):
        with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
            assert claim_turn(uow, job_id, each)
        _expire(database)
    with runtime.unit_of_work(runtime.own_origin(workspace_id)) as uow:
        assert hold_turn(uow, job_id, turn + 1) is None
        assert hold_turn(uow, job_id, turn + 2)


def test_files_go_after_a_week_and_jobs_after_a_month(
    transfer: Transfer,
    database: psycopg.Connection[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Part by part, as a job may have half a million rows."""
    for module in (ending, forgetting):
        monkeypatch.setattr(module, "BATCH", 1)
    job = transfer.start(transfer.send(table(("Acme", "jo@acme.org", ""), ("Bolt", "b@b.org", ""))))
    database.execute("UPDATE transfer_pieces SET created_at = created_at - interval '8 days'")
    purge_transfers(transfer.api.runtime)
    assert database.execute("SELECT FROM transfer_pieces").fetchall() == []
    assert transfer.rows(job)
    database.execute("UPDATE jobs SET finished_at = finished_at - interval '31 days'")
    purge_jobs(transfer.api.runtime)
    assert database.execute("SELECT FROM job_rows").fetchall() == []
    assert transfer.caller.call("GET", f"/v1/jobs/{uuid.UUID(job['id'])}").status_code == 404
