"""What callers are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import fields

from services.clients.jobs.models import Job
from services.clients.jobs.schemas import JobView, ProblemView, job_json
from services.clients.transfer.models import CLIENTS, READING, READY, TIME, UNREADABLE, Import
from services.clients.transfer.rules.mapping import suggested
from services.clients.transfer.rules.time_mapping import suggested_for_time
from shared.clock import rfc3339
from shared.http.schemas import StrictSchema, page_of


class ImportView(StrictSchema):
    """A file of clients, or of time. `suggested` is a guess at a mapping; `jobs` are in the order
    they came."""

    id = fields.UUID()
    file_name = fields.String()
    format = fields.String(metadata={"enum": ["csv", "xlsx"]})
    size = fields.Integer()
    state = fields.String(metadata={"enum": [READING, READY, UNREADABLE]})
    problem = fields.Nested(ProblemView, allow_none=True)
    details = fields.Dict()
    columns = fields.List(fields.String())
    sample = fields.List(fields.List(fields.String()))
    rows = fields.Integer(allow_none=True)
    suggested = fields.Dict(keys=fields.String(), values=fields.String())
    created_by = fields.Dict()
    created_at = fields.DateTime()
    jobs = fields.List(fields.Nested(JobView))


#: Imports, the newest first, without their jobs.
ImportPage = page_of(ImportView, "ImportPage")


class BulkPlanView(StrictSchema):
    """How many clients a change would touch."""

    count = fields.Integer()
    confirm = fields.String()
    expires_at = fields.DateTime()


_SUGGESTED = {CLIENTS: suggested, TIME: suggested_for_time}


def import_json(
    taken: Import, jobs: Iterable[Job] = (), *, with_sample: bool = True
) -> dict[str, Any]:
    """As `ImportView`."""
    return {
        "id": str(taken.id),
        "file_name": taken.file_name,
        "format": taken.format,
        "size": taken.size,
        "state": taken.state,
        "problem": taken.problem,
        "details": taken.details,
        "columns": taken.columns,
        "sample": taken.sample if with_sample else [],
        "rows": taken.rows,
        "suggested": _SUGGESTED[taken.content](taken.columns),
        "created_by": {name: taken.created_by.get(name) for name in ("kind", "name")},
        "created_at": rfc3339(taken.created_at),
        "jobs": [job_json(job) for job in jobs],
    }
