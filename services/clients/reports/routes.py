"""A client's quarterly reports."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.jobs.queries import get_job
from services.clients.jobs.routes import accepted
from services.clients.jobs.schemas import JobView
from services.clients.records.queries.clients import require_client
from services.clients.reports import queries, schemas
from services.clients.reports.operations import making
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.security.permissions import INVOICES_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "reports",
    __name__,
    url_prefix="/v1/clients/<uuid:client_id>/reports",
    description="Quarterly reports",
)


@blueprint.route("", methods=["GET"])
@reads(INVOICES_VIEW)
@blueprint.response(200, schemas.ReportList)
def get_reports(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """Every report that was made, the latest quarter first; its PDF is the document."""
    require_client(uow.session, client_id)
    found = queries.reports_of(uow.session, client_id)
    return Answer({"data": [schemas.present_report(paper) for paper in found], "next": None})


@blueprint.route("", methods=["POST"])
@writes(INVOICES_VIEW)
@blueprint.arguments(schemas.ReportBody)
@blueprint.response(202, JobView)
def post_report(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Have the report of a quarter made as things stand now, by default of the one before; those
    that were made before stay."""
    paper = making.make_afresh(uow, client_id, body.get("quarter"))
    uow.flush()
    return accepted(get_job(uow.session, paper.job_id))
