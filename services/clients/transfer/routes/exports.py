"""Exports: the clients of any filtered list as a file."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response

from services.clients.jobs import queries
from services.clients.jobs.routes import accepted
from services.clients.jobs.schemas import JobPage, JobView, job_json
from services.clients.records.operations.reading_tax_ids import note_reading
from services.clients.transfer.models import EXPORT
from services.clients.transfer.operations import exporting
from services.clients.transfer.routes.opening import require_export
from services.clients.transfer.routes.streaming import stream_export
from services.clients.transfer.schemas import bodies
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.identity import current_identity
from shared.http.schemas import PageQuery
from shared.security.permissions import CLIENTS_EXPORT
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "exports", __name__, url_prefix="/v1/exports", description="Clients into files"
)


@blueprint.route("", methods=["POST"])
@writes(CLIENTS_EXPORT)
@blueprint.arguments(bodies.ExportBody)
@blueprint.response(202, JobView)
def post_export(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Have clients written into a file; the job's result says where it is, and how long."""
    return accepted(exporting.start_export(uow, body, current_identity().permissions))


@blueprint.route("", methods=["GET"])
@reads(CLIENTS_EXPORT)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, JobPage)
def get_exports(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's exports, the newest first."""
    found = queries.list_jobs(uow, {**query, "kind": EXPORT})
    return Answer(found.as_dict(job_json))


@blueprint.route("/<uuid:job_id>/file", methods=["GET"])
@reads(CLIENTS_EXPORT)
@blueprint.response(200, description="The file, as CSV, workbook or JSON.")
def get_file(uow: UnitOfWork, job_id: uuid.UUID) -> Response:
    """The file of an export that is done, for as long as it is kept."""
    job = queries.get_job(uow.session, job_id, (EXPORT,))
    require_export(job)
    file = stream_export(job)
    if exporting.holds_tax_ids(job):
        note_reading(uow, EXPORT)
    return file
