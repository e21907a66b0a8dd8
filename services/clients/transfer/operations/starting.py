"""Having a file tried or carried out, with a mapping."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from services.clients.jobs.models import Job
from services.clients.jobs.operations.creating import create_job
from services.clients.jobs.queries import jobs_of_import
from services.clients.jobs.rules import OPEN
from services.clients.transfer.errors import (
    ImportBusy,
    ImportCarriedOut,
    ImportNotReady,
    InvalidTransfer,
)
from services.clients.transfer.models import CLIENTS, READY, TIME, TIME_IMPORT, Import
from services.clients.transfer.operations.undoing import standing_runs
from services.clients.transfer.queries import get_import
from services.clients.transfer.rules.mapping import mapping_errors
from services.clients.transfer.rules.time_mapping import time_mapping_errors
from shared.unit_of_work import UnitOfWork

_ERRORS_OF = {CLIENTS: mapping_errors, TIME: time_mapping_errors}


def open_import(
    uow: UnitOfWork,
    import_id: uuid.UUID,
    content: str = CLIENTS,
    states: Collection[str] = (READY,),
) -> Import:
    """The import, locked and with nobody at work on it, its file read.

    Raises `ImportNotFound`, `ImportNotReady`, `ImportBusy`.
    """
    found = get_import(uow.session, import_id, content, for_update=True)
    if found.state not in states:
        raise ImportNotReady(f"It is {found.state}.", state=found.state)
    busy = [job for job in jobs_of_import(uow.session, import_id) if job.state in OPEN]
    if busy:
        raise ImportBusy(f"See /v1/jobs/{busy[0].id}.", job_id=str(busy[0].id))
    return found


def start_job(
    uow: UnitOfWork,
    opened: Import,
    kind: str,
    params: Mapping[str, Any],
    permissions: Collection[str],
) -> Job:
    """Have a file that is open tried or carried out with a mapping.

    Raises `InvalidTransfer` with what is wrong with the mapping, and `ImportCarriedOut` for time
    that is entered: a row of hours has nothing to be known by, and would be entered twice.
    """
    if kind == TIME_IMPORT and any(run.created for run in standing_runs(uow, opened)):
        raise ImportCarriedOut("Undo it first, or send the rows that were refused as a file.")
    errors_of = _ERRORS_OF[opened.content]
    wrong = list(errors_of(opened.columns, params["mapping"], params["constants"]))
    if wrong:
        raise InvalidTransfer(errors=wrong)
    job = create_job(uow, kind, params, permissions, opened.id)
    job.total = opened.rows
    job.result = dict(params)
    return job
