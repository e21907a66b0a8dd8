"""Deleting and merging on the whole system, also while most of it is down."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.fixtures.firm import Firm
from tests.fixtures.system import System
from tests.fixtures.waiting import eventually

_HOW_TO = Path(__file__).resolve().parents[2] / "docs/how-to/delete-a-client.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _delete(firm: Firm, client_id: str) -> Any:
    confirm = firm.get(f"/clients/{client_id}/deletion-plan")["confirm"]
    answer = firm.http.delete(f"/v1/clients/{client_id}", params={"confirm": confirm})
    assert answer.status_code == 202, answer.text
    return answer.json()


def _is_done(firm: Firm, deletion: Any) -> bool:
    return bool(firm.get(f"/deletions/{deletion['deletion_id']}")["state"] == "done")


def test_a_deletion_is_done_within_seconds(firm: Firm) -> None:
    made = firm.client()
    firm.sees(made["id"], "clients.client.created.v1")
    deletion = _delete(firm, made["id"])
    eventually("every service has reported", lambda: _is_done(firm, deletion), 20)


def test_a_client_is_deleted_while_everything_else_is_down(system: System, firm: Firm) -> None:
    made = firm.client()
    firm.sees(made["id"], "clients.client.created.v1")
    services = ("documents", "activity", "metrics")
    others = [f"{name}-{part}" for name in services for part in ("api", "worker", "relay")]
    with system.frozen(*others, "s3"):
        plan = firm.get(f"/clients/{made['id']}/deletion-plan")
        goes = {entry["kind"]: entry for entry in plan["goes"]}
        assert goes["documents"]["count"] is None
        assert goes["documents"]["note"] == "The documents service does not answer at the moment."
        started = time.monotonic()
        deletion = _delete(firm, made["id"])
        assert time.monotonic() - started < 3
        assert firm.http.get(f"/v1/clients/{made['id']}").status_code == 404
        assert not _is_done(firm, deletion)
    eventually("the others have done their part", lambda: _is_done(firm, deletion), 60)


def test_the_commands_of_the_how_to_work(system: System, tmp_path: Path) -> None:
    (tmp_path / ".clientele").mkdir()
    (tmp_path / ".clientele" / "stack.json").write_text(json.dumps(system.stack))
    commands = "\n".join(_BLOCK.findall(_HOW_TO.read_text(encoding="utf-8")))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [answer["state"] for answer in answers if "deletion_id" in answer] == [
        "running", "undone",
    ]  # fmt: skip
    assert "merged_into" in answers[-1]
