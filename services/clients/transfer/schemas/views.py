"""What callers are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from marshmallow import fields

from services.clients.transfer.models import (
    KINDS,
    READING,
    READY,
    ROW_STATES,
    STATES,
    UNREADABLE,
    Import,
    Job,
    JobRow,
)
from services.clients.transfer.rules.mapping import suggested
from shared.clock import rfc3339
from shared.http.schemas import StrictSchema


class ProgressView(StrictSchema):
    """How far a job is, in rows. `skipped` have changed nothing."""

    done = fields.Integer()
    total = fields.Integer(allow_none=True)
    created = fields.Integer()
    updated = fields.Integer()
    skipped = fields.Integer()
    failed = fields.Integer()


class ProblemView(StrictSchema):
    """Why a job or a file came to nothing."""

    code = fields.String()
    message = fields.String()


class JobView(StrictSchema):
    """A job. `problem`: why it failed as a whole; rows that failed are under `…/rows`."""

    id = fields.UUID()
    kind = fields.String(metadata={"enum": list(KINDS)})
    state = fields.String(metadata={"enum": list(STATES)})
    progress = fields.Nested(ProgressView)
    problem = fields.Nested(ProblemView, allow_none=True)
    result = fields.Dict()
    import_id = fields.UUID(allow_none=True)
    created_by = fields.Dict()
    created_at = fields.DateTime()
    started_at = fields.DateTime(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)


class JobPage(StrictSchema):
    """Jobs, the newest first."""

    data = fields.List(fields.Nested(JobView))
    next = fields.String(allow_none=True)


class RowErrorView(StrictSchema):
    """What is wrong with a row: the field, and the column it was typed in."""

    field = fields.String()
    column = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()


class RowView(StrictSchema):
    """What became of a row; `row` is its number as a spreadsheet shows it, or its place."""

    row = fields.Integer()
    state = fields.String(metadata={"enum": list(ROW_STATES)})
    client_id = fields.UUID(allow_none=True)
    errors = fields.List(fields.Nested(RowErrorView))


class RowPage(StrictSchema):
    """Rows of a job, in their order."""

    data = fields.List(fields.Nested(RowView))
    next = fields.String(allow_none=True)


class ImportView(StrictSchema):
    """A file of clients. `suggested` is a guess at a mapping; `jobs` are the newest last."""

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


class ImportPage(StrictSchema):
    """Imports, the newest first, without their jobs."""

    data = fields.List(fields.Nested(ImportView))
    next = fields.String(allow_none=True)


class BulkPlanView(StrictSchema):
    """How many clients a change would touch."""

    count = fields.Integer()
    confirm = fields.String()
    expires_at = fields.DateTime()


def job_json(job: Job) -> dict[str, Any]:
    """As `JobView`."""
    progress = ("done", "total", "created", "updated", "skipped", "failed")
    actor = job.origin["actor"]
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": job.state,
        "progress": {name: getattr(job, name) for name in progress},
        "problem": job.problem,
        "result": job.result,
        "import_id": job.import_id and str(job.import_id),
        "created_by": {"kind": actor["kind"], "name": actor["name"]},
        "created_at": rfc3339(job.created_at),
        "started_at": job.started_at and rfc3339(job.started_at),
        "finished_at": job.finished_at and rfc3339(job.finished_at),
    }


def row_json(row: JobRow) -> dict[str, Any]:
    """As `RowView`."""
    return {
        "row": row.row,
        "state": row.state,
        "client_id": row.client_id and str(row.client_id),
        "errors": [{"column": None, **error} for error in row.errors],
    }


def import_json(taken: Import, jobs: Iterable[Job] = ()) -> dict[str, Any]:
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
        "sample": taken.sample,
        "rows": taken.rows,
        "suggested": suggested(taken.columns),
        "created_by": {name: taken.created_by.get(name) for name in ("kind", "name")},
        "created_at": rfc3339(taken.created_at),
        "jobs": [job_json(job) for job in jobs],
    }
