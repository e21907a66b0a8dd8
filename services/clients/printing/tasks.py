"""The job that prints a paper: rendered and stored first, then noted in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from services.clients.jobs.models import Job
from services.clients.jobs.operations.creating import origin_of
from services.clients.jobs.operations.ending import fail_job
from services.clients.jobs.operations.kinds import Kind, Turn
from services.clients.printing import queries, rules
from services.clients.printing.errors import PaperRefused, StoreAway
from services.clients.printing.models import Paper
from services.clients.printing.operations.additions import ADDITIONS, MORE, add
from services.clients.printing.operations.requesting import PRINT, note_printed
from shared.http.service_client import service_client
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import DOCUMENTS_CREATE, DOCUMENTS_VIEW
from shared.unit_of_work import UnitOfWork

# The documents service checks the file before it answers.
_PATIENCE_SECONDS = 15.0


class PrintTurn(Turn):
    """Renders the paper of its job and hands it to the documents service, outside of any
    transaction; the piece of the job is to write down that it is done."""

    def __init__(self) -> None:
        self._pdf: bytes | None = None
        self._refusal: PaperRefused | None = None

    def prepare(self, runtime: Runtime, job: Job) -> None:
        """Make the PDF and store it. Raises `Unavailable` where nobody can take it now."""
        with runtime.unit_of_work(origin_of(job)) as uow:
            paper = queries.paper_of(uow.session, job.id)
        if paper is None or paper.content is None:
            return
        content = _whole(runtime, job, paper)
        self._pdf = rules.render(_layout(paper), content, paper.created_at)
        try:
            _store(runtime, job, paper, self._pdf)
        except PaperRefused as refusal:
            self._refusal = refusal

    def work(self, uow: UnitOfWork, job: Job) -> bool:
        """Note what came of it; a paper whose client is gone is no error of anybody."""
        paper = queries.paper_of(uow.session, job.id)
        if paper is None or self._pdf is None:
            fail_job(uow, job, "gone", "What was to be printed is not there any more.")
            return False
        if self._refusal is not None:
            fail_job(uow, job, self._refusal.code, self._refusal.message)
            return False
        note_printed(paper, job, self._pdf)
        return True


def _whole(runtime: Runtime, job: Job, paper: Paper) -> Mapping[str, Any]:
    """The paper's content with what other services have to tell."""
    content, layout, origin = paper.content or {}, _layout(paper), origin_of(job)
    if layout not in ADDITIONS or MORE in content:
        return content
    more = {MORE: dict(ADDITIONS[layout].fetch(runtime, origin, paper))}
    with runtime.unit_of_work(origin) as uow:
        return add(uow, paper, more)


def _store(runtime: Runtime, job: Job, paper: Paper, pdf: bytes) -> None:
    """Hand the PDF to the documents service under the paper's own id, so once for ever."""
    identity = Identity(job.workspace_id, origin_of(job).actor, frozenset({DOCUMENTS_CREATE}))
    answer = service_client(runtime, "documents").request(
        "PUT",
        f"/v1/clients/{paper.client_id}/documents/{paper.id}/made",
        identity,
        params=_details(paper),
        content=pdf,
        headers={"Content-Type": rules.CONTENT_TYPE, "X-Request-ID": quote(str(job.id))},
        patience_seconds=_PATIENCE_SECONDS,
    )
    _expect_stored(answer)


def _details(paper: Paper) -> dict[str, str]:
    """What is said of its document: a report is for the client too, who finds it in the portal."""
    details = {"file_name": paper.file_name, "category": _layout(paper)}
    return details | ({"portal_visible": "true"} if _layout(paper) == "report" else {})


def _layout(paper: Paper) -> str:
    name, _, _revision = paper.layout.partition(" ")
    return name


def _expect_stored(answer: httpx.Response) -> None:
    if answer.status_code in {200, 202}:
        return
    if answer.status_code in {401, 408, 429} or answer.status_code >= 500:
        raise StoreAway(f"The documents service answered with status {answer.status_code}.")
    problem: dict[str, Any] = orjson.loads(answer.content)
    raise PaperRefused(problem["code"], problem.get("detail") or problem["title"])


KIND = Kind(PRINT, PrintTurn, shows=DOCUMENTS_VIEW)
