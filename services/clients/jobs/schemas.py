"""Queries and answers of jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.clients.jobs.models import ROW_STATES, Job, JobRow
from services.clients.jobs.operations.kinds import KINDS
from services.clients.jobs.operations.schedules import Last, Schedule
from services.clients.jobs.rules import STATES
from shared.clock import rfc3339
from shared.http.identity import sees_all_of
from shared.http.schemas import PageQuery, StrictSchema, page_of


class OneOfKinds(validate.Validator):
    """One of the kinds that are registered: they are known when the service is put together."""

    @property
    def choices(self) -> list[str]:
        """Their names; the reference lists them."""
        return [kind.name for kind in KINDS]

    def __call__(self, value: str) -> str:
        """The name of a kind."""
        if value not in self.choices:
            raise ValidationError(f"Must be one of: {', '.join(self.choices)}.")
        return value


class JobListQuery(PageQuery):
    """The list of jobs."""

    state = fields.String(validate=validate.OneOf(STATES))
    kind = fields.String(validate=OneOfKinds())
    import_id = fields.UUID()


class RowListQuery(PageQuery):
    """What became of the rows of a job."""

    state = fields.String(load_default=None, validate=validate.OneOf(ROW_STATES))


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
    """A job. `problem`: why it failed as a whole; rows that failed are under `…/rows`.

    `result` is empty for those who may not view all that may be in it, unless they began the job.
    """

    id = fields.UUID()
    kind = fields.String(validate=OneOfKinds())
    state = fields.String(metadata={"enum": list(STATES)})
    progress = fields.Nested(ProgressView)
    problem = fields.Nested(ProblemView, allow_none=True)
    result = fields.Dict()
    import_id = fields.UUID(allow_none=True)
    created_by = fields.Dict()
    created_at = fields.DateTime()
    started_at = fields.DateTime(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)


#: Jobs, the newest first.
JobPage = page_of(JobView, "JobPage")


class RowErrorView(StrictSchema):
    """What is wrong with a row, or to be known of it: the field, and the column it was typed in."""

    field = fields.String()
    column = fields.String(allow_none=True)
    code = fields.String()
    message = fields.String()


class RowView(StrictSchema):
    """What became of a row; `row` is its number as a spreadsheet shows it, or its place.

    `warnings` stopped nothing: the row was taken. Both are empty for those who may not view all
    that may be in the file, unless they began the job.
    """

    row = fields.Integer()
    state = fields.String(metadata={"enum": list(ROW_STATES)})
    client_id = fields.UUID(allow_none=True)
    errors = fields.List(fields.Nested(RowErrorView))
    warnings = fields.List(fields.Nested(RowErrorView))


#: Rows of a job, in their order.
RowPage = page_of(RowView, "RowPage")


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
        "result": job.result if _shows_all_of(job) else {},
        "import_id": job.import_id and str(job.import_id),
        "created_by": {"kind": actor["kind"], "name": actor["name"]},
        "created_at": rfc3339(job.created_at),
        "started_at": job.started_at and rfc3339(job.started_at),
        "finished_at": job.finished_at and rfc3339(job.finished_at),
    }


def _shows_all_of(job: Job) -> bool:
    return sees_all_of(job.origin["actor"], KINDS[job.kind].shows)


def row_json_of(job: Job) -> Callable[[JobRow], dict[str, Any]]:
    """How the rows of a job are shown, as `RowView`."""
    return partial(_row_json, _shows_all_of(job))


def _row_json(told: bool, row: JobRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "state": row.state,
        "client_id": row.client_id and str(row.client_id),
        "errors": [{"column": None, **error} for error in row.errors if told],
        "warnings": [{"column": None, **warning} for warning in row.warnings if told],
    }


class ScheduleView(StrictSchema):
    """Something that happens by itself."""

    name = fields.String(metadata={"example": "auto-invoicing"})
    what = fields.String()
    next_at = fields.DateTime(allow_none=True, metadata={"description": "Null: nothing is due."})
    last_at = fields.DateTime(allow_none=True, metadata={"description": "Null: never yet."})
    last_did = fields.String(
        allow_none=True, metadata={"example": "12 clients, 9 invoices, 1 to look at"}
    )


class ScheduleList(StrictSchema):
    """All that happens by itself."""

    data = fields.List(fields.Nested(ScheduleView))


def schedule_json(each: Schedule, next_at: datetime | None, last: Last | None) -> dict[str, Any]:
    """As `ScheduleView`."""
    return {
        "name": each.name,
        "what": each.what,
        "next_at": next_at and rfc3339(next_at),
        "last_at": last and rfc3339(last.at),
        "last_did": last and last.did,
    }
