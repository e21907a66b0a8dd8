"""What a contact sees of their company's: projects, issued invoices, and all of it together."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from services.clients.access.queries import local_today
from services.clients.billing.models import OPEN, Invoice
from services.clients.gateway import composing
from services.clients.gateway.gateway import LIMIT_SECONDS
from services.clients.portal import rules
from services.clients.portal.queries import contents as queries
from services.clients.portal.routes import documents
from services.clients.portal.routes.callers import looking, looks, visitor, visits
from services.clients.portal.schemas import contents as schemas
from services.clients.projects.models import Project
from services.clients.projects.queries import spent_on
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer
from shared.http.paging import Page, Sort, page
from shared.http.schemas import PageQuery
from shared.unit_of_work import UnitOfWork

# As many of each as the overview begins with.
_FIRST = 5

blueprint = ApiBlueprint(
    "portal", __name__, url_prefix="/v1/portal", description="What a client sees in the portal"
)


@blueprint.route("/overview", methods=["GET"])
@visits(page="overview")
@blueprint.response(200, schemas.PortalOverviewView)
def get_overview() -> Answer:
    """What the portal begins with: the newest of each, and what is open and overdue."""
    parts = documents.newest(_FIRST)
    with looking() as uow:
        own = {**_some_projects(uow), **_some_invoices(uow)}
    found, away = composing.gather(parts, LIMIT_SECONDS)
    return Answer({**own, **found, "unavailable": away})


def _some_projects(uow: UnitOfWork) -> dict[str, Any]:
    if rules.PROJECTS not in visitor().scopes:
        return {"projects": None}
    return {"projects": _shown_projects(uow, _projects(uow, None, _FIRST))["data"]}


def _some_invoices(uow: UnitOfWork) -> dict[str, Any]:
    if rules.INVOICES not in visitor().scopes:
        return dict.fromkeys(("invoices", "overdue", "balances"))
    today, client_id = local_today(uow), visitor().client_id
    overdue = queries.invoices_of(client_id).where(Invoice.status.in_(OPEN), Invoice.due_on < today)
    late = uow.session.scalars(overdue.order_by(Invoice.due_on, Invoice.id).limit(_FIRST)).all()
    return {
        "invoices": _shown_invoices(_invoices(uow, None, _FIRST), today)["data"],
        "overdue": [schemas.present_portal_summary(each, today) for each in late],
        "balances": [
            schemas.present_balance(each)
            for each in queries.balances(uow.session, client_id, today)
        ],
    }


@blueprint.route("/projects", methods=["GET"])
@looks(rules.PROJECTS, page="projects")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.PortalProjectPage)
def get_projects(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The company's projects, newest first, with what is spent of their budgets."""
    return Answer(_shown_projects(uow, _projects(uow, query["cursor"], query["limit"])))


@blueprint.route("/projects/<uuid:project_id>", methods=["GET"])
@looks(rules.PROJECTS, page="project")
@blueprint.response(200, schemas.PortalProjectView)
def get_project(uow: UnitOfWork, project_id: uuid.UUID) -> Answer:
    """One project."""
    project = queries.get_project(uow.session, visitor().client_id, project_id)
    spent = spent_on(uow.session, [project])
    return Answer(schemas.present_portal_project(project, spent[project.id]))


@blueprint.route("/invoices", methods=["GET"])
@looks(rules.INVOICES, page="invoices")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, schemas.PortalInvoicePage)
def get_invoices(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The company's issued invoices, newest first."""
    found = _invoices(uow, query["cursor"], query["limit"])
    return Answer(_shown_invoices(found, local_today(uow)))


@blueprint.route("/invoices/<uuid:invoice_id>", methods=["GET"])
@looks(rules.INVOICES, page="invoice")
@blueprint.response(200, schemas.PortalInvoiceView)
def get_invoice(uow: UnitOfWork, invoice_id: uuid.UUID) -> Answer:
    """An issued invoice, with its lines and what was paid."""
    invoice = queries.get_invoice(uow.session, visitor().client_id, invoice_id)
    return Answer(schemas.present_portal_invoice(invoice, local_today(uow)))


@blueprint.route("/invoices/<uuid:invoice_id>/pdf", methods=["GET"])
@visits(rules.INVOICES)
@blueprint.response(302)
def get_invoice_pdf(invoice_id: uuid.UUID) -> Any:
    """A link to an invoice's PDF, as a redirect; that it was taken is an event."""
    with looking() as uow:
        invoice = queries.get_invoice(uow.session, visitor().client_id, invoice_id)
        paper = queries.invoice_paper(uow.session, invoice)
    return documents.paper_link(paper.id)


@blueprint.route(
    "/invoices/<uuid:invoice_id>/credit-notes/<uuid:credit_note_id>/pdf", methods=["GET"]
)
@visits(rules.INVOICES)
@blueprint.response(302)
def get_credit_note_pdf(invoice_id: uuid.UUID, credit_note_id: uuid.UUID) -> Any:
    """A link to a credit note's PDF, as a redirect."""
    with looking() as uow:
        invoice = queries.get_invoice(uow.session, visitor().client_id, invoice_id)
        paper = queries.credit_note_paper(uow.session, invoice, credit_note_id)
    return documents.paper_link(paper.id)


def _projects(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    client_id = visitor().client_id
    return page(
        uow.session,
        uow.vault,
        queries.projects_of(client_id),
        [Sort(Project.id, descending=True)],
        scope=f"portal-projects:{client_id}",
        cursor=cursor,
        limit=limit,
    )


def _shown_projects(uow: UnitOfWork, found: Page) -> dict[str, Any]:
    spent = spent_on(uow.session, found.rows)
    return found.as_dict(lambda row: schemas.present_portal_project(row, spent[row.id]))


def _invoices(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    client_id = visitor().client_id
    return page(
        uow.session,
        uow.vault,
        queries.invoices_of(client_id),
        [Sort(Invoice.issued_on, descending=True), Sort(Invoice.id, descending=True)],
        scope=f"portal-invoices:{client_id}",
        cursor=cursor,
        limit=limit,
    )


def _shown_invoices(found: Page, today: date) -> dict[str, Any]:
    return found.as_dict(lambda row: schemas.present_portal_summary(row, today))
