"""Imports: send a file, look at what it holds, try a mapping, carry it out, take it back.

A file is kept by this service's own database: an import needs no object store.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from flask import Response

from services.clients.jobs.models import Job
from services.clients.jobs.queries import jobs_of_import
from services.clients.jobs.routes import accepted
from services.clients.jobs.schemas import JobView
from services.clients.transfer import queries
from services.clients.transfer.models import CLIENTS, IMPORT, PREVIEW, READY, UNREADABLE, Import
from services.clients.transfer.operations import receiving, starting, undoing
from services.clients.transfer.routes.files import FILE_BODY, kept_file, sent_pieces
from services.clients.transfer.routes.opening import note_opened, require_rows, sees_file
from services.clients.transfer.routes.streaming import stream_rejected
from services.clients.transfer.schemas import bodies, views
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.identity import current_identity, require
from shared.http.schemas import PageQuery
from shared.security.permissions import CLIENTS_CREATE, CLIENTS_DELETE, CLIENTS_UPDATE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "imports", __name__, url_prefix="/v1/imports", description="Clients from files"
)


@blueprint.route("", methods=["POST"])
@kept_file
@writes(CLIENTS_CREATE)
@blueprint.arguments(bodies.FileQuery, location="query")
@blueprint.response(201, views.ImportView)
@blueprint.doc(requestBody=FILE_BODY)
def post_import(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Send a CSV file or an .xlsx workbook as the body; it is read in the background."""
    permissions, name = current_identity().permissions, query.pop("file_name")
    taken = receiving.take_file(uow, name, sent_pieces(), permissions, query)
    return Answer(views.import_json(taken), 201, location=f"/v1/imports/{taken.id}")


@blueprint.route("", methods=["GET"])
@reads(CLIENTS_CREATE)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, views.ImportPage)
def get_imports(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's imports, the newest first."""
    found = queries.list_imports(uow, query["cursor"], query["limit"])
    note_opened(uow, *filter(sees_file, found.rows))
    return Answer(found.as_dict(_shown))


@blueprint.route("/<uuid:import_id>", methods=["GET"])
@reads(CLIENTS_CREATE)
@blueprint.response(200, views.ImportView)
def get_import(uow: UnitOfWork, import_id: uuid.UUID) -> Answer:
    """What the file holds, a suggested mapping, and the jobs of this import."""
    taken = queries.get_import(uow.session, import_id, CLIENTS)
    note_opened(uow, *filter(sees_file, [taken]))
    return Answer(_shown(taken, jobs_of_import(uow.session, import_id)))


@blueprint.route("/<uuid:import_id>/read", methods=["POST"])
@writes(CLIENTS_CREATE)
@blueprint.arguments(bodies.ReadBody)
@blueprint.response(202, views.ImportView)
def post_read(uow: UnitOfWork, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    """Read the file once more, with another sheet, heading row, encoding or delimiter."""
    taken = starting.open_import(uow, import_id, states=(READY, UNREADABLE))
    require_rows(taken)
    receiving.read_again(uow, taken, body, current_identity().permissions)
    return Answer(views.import_json(taken), 202)


@blueprint.route("/<uuid:import_id>/preview", methods=["POST"])
@writes(CLIENTS_CREATE)
@blueprint.arguments(bodies.StartBody)
@blueprint.response(202, JobView)
def post_preview(uow: UnitOfWork, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    """Find out what an import would do: nothing is changed, every row is reported."""
    return _started(uow, PREVIEW, body, import_id)


@blueprint.route("/<uuid:import_id>/start", methods=["POST"])
@writes(CLIENTS_CREATE)
@blueprint.arguments(bodies.StartBody)
@blueprint.response(202, JobView)
def post_start(uow: UnitOfWork, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    """Carry the import out; right rows are taken although others are wrong."""
    return _started(uow, IMPORT, body, import_id)


def _started(uow: UnitOfWork, kind: str, body: dict[str, Any], import_id: uuid.UUID) -> Answer:
    permissions = require(CLIENTS_UPDATE).permissions
    opened = starting.open_import(uow, import_id)
    require_rows(opened)
    return accepted(starting.start_job(uow, opened, kind, body, permissions))


@blueprint.route("/<uuid:import_id>/undo", methods=["POST"])
@writes(CLIENTS_DELETE)
@blueprint.response(202, JobView)
def post_undo(uow: UnitOfWork, import_id: uuid.UUID) -> Answer:
    """Delete what the import made and put back what it changed, where nobody has since."""
    permissions = require(CLIENTS_UPDATE).permissions
    taken = starting.open_import(uow, import_id)
    return accepted(undoing.start_undo(uow, taken, permissions))


@blueprint.route("/<uuid:import_id>/rejected", methods=["GET"])
@reads(CLIENTS_CREATE)
@blueprint.response(200, description="A CSV of the rows that were refused, with their errors.")
def get_rejected(uow: UnitOfWork, import_id: uuid.UUID) -> Response:
    """The rows that the last run refused, as they were sent, with a column of errors."""
    taken = queries.get_import(uow.session, import_id, CLIENTS)
    require_rows(taken)
    note_opened(uow, taken)
    return stream_rejected(uow, taken)


def _shown(taken: Import, jobs: Iterable[Job] = ()) -> dict[str, Any]:
    return views.import_json(taken, jobs, with_sample=sees_file(taken))
