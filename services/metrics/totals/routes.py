"""The one route of metrics; the façade passes on to it."""

from __future__ import annotations

import uuid

from services.metrics.totals import queries, schemas
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads
from shared.security.permissions import CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("metrics", __name__, url_prefix="/v1/clients/<uuid:client_id>")


@blueprint.route("/metrics", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, schemas.MetricsView)
def get_metrics(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """A client's projects, invoices and revenue as counted from its events."""
    return Answer(schemas.present(queries.overview(uow.session, client_id)))
