"""Killed between any two steps: what is left is repaired, and happens exactly once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.documents.files.operations import removals
from tests.factories import documents as files
from tests.integration.documents.conftest import Office, fetch

PDF = files.pdf(3)
_ROOT = Path(__file__).resolve().parents[3]
_KILLED = -9

Crash = Callable[[str, Any, str], None]


@pytest.fixture
def crash(office: Office, environment: dict[str, str], tmp_path: Path) -> Crash:
    """Run a command in another process and kill it at a failpoint."""

    def run(command: str, document: Any, failpoint: str) -> None:
        (tmp_path / failpoint).write_text("kill")
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.integration.documents.one_command",
                str(office.workspace_id),
                str(office.client_id),
                document["id"],
                command,
            ],
            cwd=_ROOT,
            env={
                **environment,
                "CLIENTELE_S3_BUCKET": office.settings.s3_bucket,
                "CLIENTELE_DOCUMENT_INLINE_BYTES": str(office.settings.document_inline_bytes),
                "CLIENTELE_FAILPOINTS": str(tmp_path),
            },
            capture_output=True,
            check=False,
        )
        assert done.returncode == _KILLED, done.stderr.decode()

    return run


def _time_passes(office: Office) -> None:
    """Leases end and objects age."""
    with office.owner.begin() as connection:
        connection.execute(text("UPDATE documents SET lease_until = NULL"))


def _is_whole(office: Office, document: Any) -> None:
    """Available, announced once, one object in the bucket, and that is the file."""
    assert office.get(document)["status"] == "available"
    assert office.event_names() == ["added"]
    link = office.call("GET", f"/{document['id']}/download").headers["Location"]
    assert fetch(link).data == PDF
    assert len(office.objects()) == 1


@pytest.fixture(autouse=True)
def objects_age_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An orphan counts as old as soon as it is there."""
    monkeypatch.setattr(removals, "ORPHAN_AGE", removals.ORPHAN_AGE * 0)
    monkeypatch.setattr(removals, "STRAY_AGE", removals.STRAY_AGE * 0)


POINTS = [
    "documents.after_claim",
    "documents.after_copy",
    "documents.before_available",
    "documents.after_available",
]


@pytest.mark.parametrize("point", POINTS)
def test_request_killed_during_the_check_is_carried_on_by_the_job(
    point: str, office: Office, crash: Crash
) -> None:
    document = office.upload("a.pdf", PDF)
    crash("complete", document, point)
    assert office.complete(document).status_code in {200, 202}
    _time_passes(office)
    office.check()
    office.sweep_everything()
    _is_whole(office, document)


@pytest.mark.parametrize("point", POINTS[1:])
def test_job_killed_during_the_check_is_carried_on_by_the_next(
    point: str, office: Office, crash: Crash
) -> None:
    careful = office.with_settings(document_inline_bytes=100)
    document = careful.upload("a.pdf", PDF)
    careful.complete(document)
    crash("check", document, point)
    assert careful.check() == 0, "a check was taken over while its lease ran"
    _time_passes(office)
    careful.check()
    careful.sweep_everything()
    _is_whole(careful, document)


@pytest.mark.parametrize("point", ["uow.before_commit", "uow.after_commit"])
def test_request_killed_around_its_first_commit_is_repaired(
    point: str, office: Office, crash: Crash
) -> None:
    document = office.upload("a.pdf", PDF)
    crash("complete", document, point)
    office.complete(document)
    _time_passes(office)
    office.check()
    office.sweep_everything()
    _is_whole(office, document)


@pytest.mark.parametrize(
    ("command", "point"),
    [
        ("delete", "documents.after_deleting"),
        ("delete", "documents.after_removal"),
        ("sweep", "documents.after_removal"),
    ],
)
def test_deletion_killed_halfway_is_finished_by_the_sweeper(
    command: str, point: str, office: Office, crash: Crash
) -> None:
    document = office.add(data=PDF)
    if command == "sweep":
        cut_off = office.with_settings(s3_endpoint="http://127.0.0.1:9")
        cut_off.call("DELETE", f"/{document['id']}")
    crash(command, document, point)
    office.sweep_everything()
    assert office.call("GET", f"/{document['id']}").status_code == 404
    assert office.event_names() == ["added", "deleted"]
    assert office.objects() == []
    assert office.used_bytes() == 0
