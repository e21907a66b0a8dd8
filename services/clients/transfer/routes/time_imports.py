"""Importing time: send a file, look at what it holds, try it, carry it out."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response

from services.clients.jobs.queries import jobs_of_import
from services.clients.jobs.routes import accepted
from services.clients.jobs.schemas import JobView
from services.clients.transfer import queries
from services.clients.transfer.models import READY, TIME, TIME_IMPORT, TIME_PREVIEW, UNREADABLE
from services.clients.transfer.operations import receiving, starting, undoing
from services.clients.transfer.routes.files import FILE_BODY, kept_file, sent_pieces
from services.clients.transfer.routes.opening import require_rows, sees_file
from services.clients.transfer.routes.streaming import stream_rejected
from services.clients.transfer.schemas import bodies, views
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.identity import current_identity
from shared.security.permissions import PROJECTS_UPDATE
from shared.unit_of_work import UnitOfWork

_PATH = "/v1/time-entries/import"
_ONE = "/<uuid:import_id>"

blueprint = ApiBlueprint("time_imports", __name__, url_prefix=_PATH, description="Time from files")


@blueprint.route("", methods=["POST"])
@kept_file
@writes(PROJECTS_UPDATE)
@blueprint.arguments(bodies.FileQuery, location="query")
@blueprint.response(201, views.ImportView)
@blueprint.doc(requestBody=FILE_BODY)
def post_import(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Send a CSV file or an .xlsx workbook of time as the body; it is read in the background."""
    permissions, name = current_identity().permissions, query.pop("file_name")
    taken = receiving.take_file(uow, name, sent_pieces(), permissions, query, TIME)
    return Answer(views.import_json(taken), 201, location=f"{_PATH}/{taken.id}")


@blueprint.route(_ONE, methods=["GET"])
@reads(PROJECTS_UPDATE)
@blueprint.response(200, views.ImportView)
def get_import(uow: UnitOfWork, import_id: uuid.UUID) -> Answer:
    """What the file holds, a suggested mapping, and the jobs of this import."""
    taken = queries.get_import(uow.session, import_id, TIME)
    jobs = jobs_of_import(uow.session, import_id)
    return Answer(views.import_json(taken, jobs, with_sample=sees_file(taken)))


@blueprint.route(f"{_ONE}/read", methods=["POST"])
@writes(PROJECTS_UPDATE)
@blueprint.arguments(bodies.ReadBody)
@blueprint.response(202, views.ImportView)
def post_read(uow: UnitOfWork, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    """Read the file once more, with another sheet, heading row, encoding or delimiter."""
    taken = starting.open_import(uow, import_id, TIME, (READY, UNREADABLE))
    require_rows(taken)
    receiving.read_again(uow, taken, body, current_identity().permissions)
    return Answer(views.import_json(taken), 202)


@blueprint.route(f"{_ONE}/preview", methods=["POST"])
@writes(PROJECTS_UPDATE)
@blueprint.arguments(bodies.TimeStartBody)
@blueprint.response(202, JobView)
def post_preview(uow: UnitOfWork, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    """Find out what an import would do: nothing is changed, every row is reported."""
    return _started(uow, TIME_PREVIEW, body, import_id)


@blueprint.route(f"{_ONE}/start", methods=["POST"])
@writes(PROJECTS_UPDATE)
@blueprint.arguments(bodies.TimeStartBody)
@blueprint.response(202, JobView)
def post_start(uow: UnitOfWork, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    """Enter the time of the file; right rows are taken although others are wrong."""
    return _started(uow, TIME_IMPORT, body, import_id)


@blueprint.route(f"{_ONE}/undo", methods=["POST"])
@writes(PROJECTS_UPDATE)
@blueprint.response(202, JobView)
def post_undo(uow: UnitOfWork, import_id: uuid.UUID) -> Answer:
    """Take the entries of the last run back; those billed or changed since stay, and are named."""
    permissions = current_identity().permissions
    taken = starting.open_import(uow, import_id, TIME)
    return accepted(undoing.start_undo(uow, taken, permissions))


@blueprint.route(f"{_ONE}/rejected", methods=["GET"])
@reads(PROJECTS_UPDATE)
@blueprint.response(200, description="A CSV of the rows that were refused, with their errors.")
def get_rejected(uow: UnitOfWork, import_id: uuid.UUID) -> Response:
    """The rows that the last run refused, as they were sent, with a column of errors."""
    taken = queries.get_import(uow.session, import_id, TIME)
    require_rows(taken)
    return stream_rejected(uow, taken)


def _started(uow: UnitOfWork, kind: str, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    opened = starting.open_import(uow, import_id, TIME)
    require_rows(opened)
    permissions = current_identity().permissions
    return accepted(starting.start_job(uow, opened, kind, body, permissions))
