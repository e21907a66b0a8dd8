"""Runs of auto-invoicing: what they did and did not do, what the next would do, and one now."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.auto_invoicing import queries, schemas
from services.clients.auto_invoicing.operations import planning, previewing
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.http.schemas import PageQuery
from shared.security.permissions import CLIENTS_VIEW, INVOICES_ISSUE, INVOICES_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "billing-runs", __name__, url_prefix="/v1/billing-runs", description="Auto-invoicing"
)

automation = ApiBlueprint("automation", __name__, url_prefix="/v1/automation")


@automation.route("", methods=["GET"])
@reads(CLIENTS_VIEW)
@automation.response(200, schemas.AutomationRulesView)
def get_automation(uow: UnitOfWork) -> Answer:
    """What each switch of a client does in this workspace, and when next."""
    return Answer(schemas.automation_json(previewing.automation(uow)))


@blueprint.route("", methods=["GET"])
@reads(INVOICES_VIEW)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.BillingRunPage)
def get_runs(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's runs, the newest first."""
    found = queries.list_runs(uow, query["cursor"], query["limit"])
    return Answer(found.as_dict(schemas.run_json))


@blueprint.route("", methods=["POST"])
@writes(INVOICES_ISSUE)
@blueprint.response(202, schemas.BillingRunView)
def start_run(uow: UnitOfWork) -> Answer:
    """Invoice now whoever is due, and try again where it failed a moment ago; while a run goes
    on, that one. 409 `billing_runs.nothing_due`."""
    run = planning.start_now(uow)
    return Answer(schemas.run_json(run), 202, location=f"/v1/billing-runs/{run.id}")


@blueprint.route("/preview", methods=["GET"])
@reads(INVOICES_VIEW)
@blueprint.response(200, schemas.UpcomingList)
def get_preview(uow: UnitOfWork) -> Answer:
    """What the next run of each client would do: for which period, when, hours and amounts that
    there are so far, and what stands against it."""
    return Answer({"data": [schemas.upcoming_json(each) for each in previewing.preview(uow)]})


@blueprint.route("/<uuid:run_id>", methods=["GET"])
@reads(INVOICES_VIEW)
@blueprint.response(200, schemas.BillingRunView)
def get_run(uow: UnitOfWork, run_id: uuid.UUID) -> Answer:
    """One run."""
    return Answer(schemas.run_json(queries.get_run(uow.session, run_id)))


@blueprint.route("/<uuid:run_id>/items", methods=["GET"])
@reads(INVOICES_VIEW)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.RunItemPage)
def get_items(uow: UnitOfWork, query: dict[str, Any], run_id: uuid.UUID) -> Answer:
    """What the run did for each client and period, and what it could not do, and why."""
    run = queries.get_run(uow.session, run_id)
    found = queries.items_of(uow, run.id, query["cursor"], query["limit"])
    return Answer(found.as_dict(schemas.item_json))
