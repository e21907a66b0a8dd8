"""The clients service with its jobs, which run when a test says so."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from services.clients.jobs.tasks import advance_job, waiting_jobs
from tests.fixtures.api import Api, Caller
from tests.fixtures.databases import Databases

COLUMNS = {"Company": "company_name", "Mail": "primary_contact.email", "Code": "client_code"}


@dataclass(frozen=True)
class Transfer:
    """Calls the API and does the work of its jobs."""

    api: Api
    caller: Caller

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a request that is accepted."""
        answer = self.caller.call(method, f"/v1{path}", body)
        assert answer.status_code < 300, answer.text
        return answer.json

    def send(self, data: bytes, name: str = "clients.csv") -> Any:
        """Send a file and have it read."""
        sent = self.post(data, name)
        self.work()
        return self.ok("GET", f"/imports/{sent['id']}")

    def post(self, data: bytes, name: str) -> Any:
        """Send a file that nobody reads yet."""
        answer = self.caller.http.post(
            f"/v1/imports?file_name={name}",
            data=data,
            headers={"Authorization": f"Bearer {self.caller.token}"},
        )
        assert answer.status_code == 201, answer.text
        return answer.json

    def start(self, sent: Any, mapping: Any = None, how: str = "start", **more: Any) -> Any:
        """Carry an import out, or preview it; the finished job."""
        wanted = sent["suggested"] if mapping is None else mapping
        job = self.ok("POST", f"/imports/{sent['id']}/{how}", {"mapping": wanted, **more})
        return self.finish(job)

    def finish(self, job: Any) -> Any:
        """Work, and the job as it is then."""
        self.work()
        return self.ok("GET", f"/jobs/{job['id']}")

    def rows(self, job: Any, state: str | None = None) -> Any:
        """What became of the job's rows."""
        narrowed = "" if state is None else f"&state={state}"
        return self.ok("GET", f"/jobs/{job['id']}/rows?limit=200{narrowed}")["data"]

    def export(self, kind: str, **more: Any) -> bytes:
        """The file of an export."""
        job = self.finish(self.ok("POST", "/exports", {"format": kind, **more}))
        assert job["state"] == "done", job
        answer = self.caller.call("GET", job["result"]["file"])
        assert answer.status_code == 200, answer.text
        return answer.data

    def clients(self) -> Any:
        """The clients by their names."""
        found = self.ok("GET", "/clients?limit=200")["data"]
        return {client["company_name"]: client for client in found}

    def work(self) -> None:
        """Take turns of every job until none is left, as the workers would."""
        turns: list[tuple[uuid.UUID, uuid.UUID, int]] = waiting_jobs(self.api.runtime)
        while turns:
            workspace_id, job_id, turn = turns.pop()
            following = advance_job(self.api.runtime, workspace_id, job_id, turn)
            if following is not None:
                turns.append((workspace_id, job_id, following))


@pytest.fixture
def transfer(api: Api) -> Transfer:
    """As the owner."""
    return Transfer(api, api.owner)


@pytest.fixture
def database(databases: Databases) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A look behind the policies."""
    with psycopg.connect(
        databases.url("clients"), row_factory=dict_row, autocommit=True
    ) as connection:
        yield connection


@pytest.fixture
def events(database: psycopg.Connection[dict[str, Any]]) -> Any:
    """How many events of each type there are."""

    def count() -> dict[str, int]:
        query = "SELECT type, count(*) AS n FROM event_log WHERE client_id IS NOT NULL GROUP BY 1"
        return {row["type"]: row["n"] for row in database.execute(query)}

    return count


def table(*rows: Sequence[str]) -> bytes:
    """A CSV of the columns Company, Mail and Code."""
    return "\n".join(",".join(row) for row in [tuple(COLUMNS), *rows]).encode()
