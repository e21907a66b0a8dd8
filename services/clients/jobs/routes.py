"""Jobs: how far they are, what became of each row, and stopping one."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.jobs import queries, schemas
from services.clients.jobs.models import Job
from services.clients.jobs.operations import ending
from services.clients.jobs.operations.schedules import SCHEDULES
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.security.permissions import CLIENTS_UPDATE, CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "jobs", __name__, url_prefix="/v1/jobs", description="Work that goes on in the background"
)
schedule = ApiBlueprint(
    "schedule", __name__, url_prefix="/v1/schedule", description="What happens by itself"
)


def accepted(job: Job) -> Answer:
    """It will be done: the answer says where to see how far it is."""
    return Answer(schemas.job_json(job), 202, location=f"/v1/jobs/{job.id}")


@blueprint.route("", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(schemas.JobListQuery, location="query")
@blueprint.response(200, schemas.JobPage)
def get_jobs(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's jobs, the newest first."""
    found = queries.list_jobs(uow, query)
    return Answer(found.as_dict(schemas.job_json))


@blueprint.route("/<uuid:job_id>", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, schemas.JobView)
def get_job(uow: UnitOfWork, job_id: uuid.UUID) -> Answer:
    """One job: how far it is, and what came of it."""
    return Answer(schemas.job_json(queries.get_job(uow.session, job_id)))


@blueprint.route("/<uuid:job_id>/rows", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(schemas.RowListQuery, location="query")
@blueprint.response(200, schemas.RowPage)
def get_rows(uow: UnitOfWork, query: dict[str, Any], job_id: uuid.UUID) -> Answer:
    """What became of the rows of a job; `state=failed` are those with errors."""
    job = queries.get_job(uow.session, job_id)
    found = queries.list_rows(uow, job.id, query["state"], query["cursor"], query["limit"])
    return Answer(found.as_dict(schemas.row_json_of(job)))


@blueprint.route("/<uuid:job_id>/cancel", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.response(200, schemas.JobView)
def cancel_job(uow: UnitOfWork, job_id: uuid.UUID) -> Answer:
    """Begin no further step; what was done stays done."""
    return Answer(schemas.job_json(ending.cancel_job(uow, job_id)))


@schedule.route("", methods=["GET"])
@reads(CLIENTS_VIEW)
@schedule.response(200, schemas.ScheduleList)
def get_schedule(uow: UnitOfWork) -> Answer:
    """What happens by itself in the workspace, when it does next, and what it did last."""
    found = [schemas.schedule_json(each, each.next_at(uow), each.last(uow)) for each in SCHEDULES]
    return Answer({"data": found})
