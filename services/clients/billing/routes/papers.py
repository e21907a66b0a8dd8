"""The PDFs of billing: of an invoice, a credit note, a statement of account."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import Response

from services.clients.billing.operations.papers import (
    credit_note_subject,
    invoice_subject,
    print_statement,
    reprint_invoice,
)
from services.clients.billing.queries import invoices as queries
from services.clients.billing.schemas import bodies
from services.clients.gateway.passing import pass_on, passes_on
from services.clients.jobs.queries import get_job
from services.clients.jobs.routes import accepted
from services.clients.jobs.schemas import JobView
from services.clients.printing.errors import NotPrinted
from services.clients.printing.models import Paper
from services.clients.printing.queries import newest_paper, papers_of
from services.clients.printing.schemas import PaperList, present_paper
from shared.errors import NotFound
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.security.identity import Identity
from shared.security.permissions import DOCUMENTS_VIEW, INVOICES_ISSUE, INVOICES_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("invoice_papers", __name__, url_prefix="/v1/invoices/<uuid:invoice_id>")
statements = ApiBlueprint(
    "statement_papers", __name__, url_prefix="/v1/clients/<uuid:client_id>/statement"
)


def _of_invoice(uow: UnitOfWork, _identity: Identity, invoice_id: uuid.UUID) -> Paper:
    queries.get_invoice(uow.session, invoice_id)
    return _printed(newest_paper(uow.session, invoice_subject(invoice_id)))


def _of_credit_note(uow: UnitOfWork, _identity: Identity, credit_note_id: uuid.UUID) -> Paper:
    return _printed(newest_paper(uow.session, credit_note_subject(credit_note_id)))


def _printed(paper: Paper | None) -> Paper:
    """Raises `NotFound` where none was asked for, `NotPrinted` while it is not made."""
    if paper is None:
        raise NotFound("There is no PDF of it; have one made.")
    if paper.printed_at is None:
        raise NotPrinted("It is being made.", job_id=str(paper.job_id))
    return paper


@blueprint.route("/pdf", methods=["GET"])
@passes_on(INVOICES_VIEW, look=_of_invoice, owner="invoice_id")
@blueprint.response(302)
def get_invoice_pdf(identity: Identity, paper: Paper) -> Response:
    """A link to the newest PDF of an invoice, as a redirect; it expires shortly."""
    return _download(identity, paper)


@blueprint.route("/credit-notes/<uuid:credit_note_id>/pdf", methods=["GET"])
@passes_on(INVOICES_VIEW, look=_of_credit_note, owner="credit_note_id")
@blueprint.response(302)
def get_credit_note_pdf(identity: Identity, paper: Paper, invoice_id: uuid.UUID) -> Response:
    """A link to the PDF of a credit note, as a redirect; it expires shortly."""
    return _download(identity, paper)


def _download(identity: Identity, paper: Paper) -> Response:
    """Whoever may view the invoice may read its PDF, whatever else of the documents they see."""
    reader = replace(identity, permissions=identity.permissions | {DOCUMENTS_VIEW})
    path = f"/v1/clients/{paper.client_id}/documents/{paper.id}/download"
    return pass_on("documents", reader, path=path)


@blueprint.route("/pdfs", methods=["GET"])
@reads(INVOICES_VIEW)
@blueprint.response(200, PaperList)
def get_invoice_pdfs(uow: UnitOfWork, invoice_id: uuid.UUID) -> Answer:
    """Every PDF of an invoice, the newest first: what made it, and its hash."""
    queries.get_invoice(uow.session, invoice_id)
    papers = papers_of(uow.session, invoice_subject(invoice_id))
    return Answer({"data": [present_paper(paper) for paper in papers]})


@blueprint.route("/pdf", methods=["POST"])
@writes(INVOICES_ISSUE)
@blueprint.response(202, JobView)
def post_invoice_pdf(uow: UnitOfWork, invoice_id: uuid.UUID) -> Answer:
    """Have an issued invoice printed afresh, as a new version; those before stay."""
    return _asked(uow, reprint_invoice(uow, invoice_id))


@statements.route("/pdf", methods=["POST"])
@writes(INVOICES_VIEW)
@statements.arguments(bodies.StatementQuery)
@statements.response(202, JobView)
def post_statement_pdf(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Have a client's statement of account printed as it stands now, and kept as a document."""
    return _asked(uow, print_statement(uow, client_id, body["first"], body["last"]))


def _asked(uow: UnitOfWork, paper: Paper) -> Answer:
    uow.flush()
    return accepted(get_job(uow.session, paper.job_id))
