"""Asking for a paper, and noting that it is printed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from services.clients.jobs.models import Job
from services.clients.jobs.operations.creating import create_job
from services.clients.printing import rules
from services.clients.printing.models import Paper
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

#: The kind of job that prints.
PRINT = "print"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be printed: of which client, of which subject, how, and under which name."""

    client_id: uuid.UUID
    subject: str
    layout: str
    content: Mapping[str, Any]
    file_name: str


def request_paper(uow: UnitOfWork, wanted: Wanted) -> Paper:
    """Have a paper made, as the next version of its subject; the client's row must be held."""
    uow.flush()
    found = select(func.coalesce(func.max(Paper.version), 0))
    version = uow.session.scalars(found.where(Paper.subject == wanted.subject)).one()
    job = create_job(uow, PRINT, {"subject": wanted.subject})
    job.result = {"file_name": wanted.file_name}
    paper = Paper(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=wanted.client_id,
        subject=wanted.subject,
        version=version + 1,
        layout=f"{wanted.layout} {rules.LAYOUTS[wanted.layout]}",
        content=dict(wanted.content),
        file_name=wanted.file_name,
        job_id=job.id,
        engine=None,
        sha256=None,
        created_at=now(),
        printed_at=None,
    )
    uow.session.add(paper)
    return paper


def note_printed(paper: Paper, job: Job, pdf: bytes) -> None:
    """Its document is there: what it was made of is needed no more."""
    paper.printed_at = now()
    paper.engine = rules.engine()
    paper.sha256 = hashlib.sha256(pdf).hexdigest()
    paper.content = None
    job.done = job.total = 1
    job.created = 1
    address = f"/v1/clients/{paper.client_id}/documents/{paper.id}"
    job.result = {**job.result, "document": address, "download": f"{address}/download"}
