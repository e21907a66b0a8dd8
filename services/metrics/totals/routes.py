"""Metrics over HTTP; the façade passes on to these routes."""

from __future__ import annotations

import uuid
from datetime import UTC, date
from typing import Any

from services.metrics.totals import schemas
from services.metrics.totals.queries import overviews
from shared.clock import now
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads
from shared.http.identity import current_identity
from shared.security.permissions import CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("metrics", __name__, url_prefix="/v1/clients/<uuid:client_id>")
workspace = ApiBlueprint("workspace-metrics", __name__, url_prefix="/v1/metrics")


def _today(query: dict[str, Any]) -> date:
    """The façade sends the workspace's own day, as the time zone is not known here."""
    asked: date | None = query.get("today")
    return asked or now().astimezone(UTC).date()


@blueprint.route("/metrics", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(schemas.MetricsQuery, location="query")
@blueprint.response(200, schemas.MetricsView)
def get_metrics(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """A client's projects, invoices and revenue as counted from its events."""
    today = _today(query)
    overview = overviews.client_overview(uow.session, client_id, today)
    return Answer(schemas.present(overview, today, current_identity().permissions))


@workspace.route("", methods=["GET"])
@reads(CLIENTS_VIEW)
@workspace.arguments(schemas.MetricsQuery, location="query")
@workspace.response(200, schemas.WorkspaceMetricsView)
def get_workspace_metrics(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The same numbers over all clients, and the clients that brought the most."""
    today = _today(query)
    overview = overviews.workspace_overview(uow.session, today)
    return Answer(schemas.present_workspace(overview, today, current_identity().permissions))
