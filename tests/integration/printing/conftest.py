"""A façade whose jobs print, and the documents service that keeps what they print."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.clients.jobs.tasks import advance_job, waiting_jobs
from services.clients.printing.models import Paper
from services.clients.printing.operations.requesting import Wanted, request_paper
from services.clients.records.queries.clients import lock_client
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from tests.factories.callers import JO
from tests.factories.papers import invoice_content
from tests.integration.gateway.conftest import Addresses, Facade, Office, addresses, facade, office

__all__ = ["addresses", "facade", "office"]


@dataclass(frozen=True)
class Press:
    """Asks for papers of the office's client, and takes the turns of the jobs."""

    office: Office
    runtime: Runtime
    workspace_id: uuid.UUID

    def ask(self, subject: str = "invoice/1", **content: Any) -> Paper:
        """Have a paper made."""
        with self.runtime.unit_of_work(Origin(self.workspace_id, JO, "test")) as uow:
            client_id = uuid.UUID(self.office.client_id)
            lock_client(uow, client_id)
            wanted = Wanted(
                client_id, subject, "invoice", invoice_content(**content), "ACM-2026-0001.pdf"
            )
            return request_paper(uow, wanted)

    def work(self) -> None:
        """A turn of every job that nobody works on."""
        for workspace_id, job_id, turn in waiting_jobs(self.runtime):
            advance_job(self.runtime, workspace_id, job_id, turn)

    def job(self, paper: Paper) -> Any:
        """The paper's job."""
        return self.office.call("GET", f"/jobs/{paper.job_id}").json

    def documents(self) -> Any:
        """The client's documents."""
        return self.office.get("documents").json["data"]


@pytest.fixture
def press_at(facade: Facade) -> Callable[[Addresses], Press]:
    """`press_at(addresses)`: a press that finds the other services there."""

    def make(addresses: Addresses) -> Press:
        office = facade(addresses)
        runtime = office.http.application.extensions["clientele"]
        workspace = uuid.UUID(office.call("GET", "/me").json["workspace"]["id"])
        return Press(office, runtime, workspace)

    return make


@pytest.fixture
def press(press_at: Callable[[Addresses], Press], addresses: Addresses) -> Press:
    """With everything in order."""
    return press_at(addresses)
