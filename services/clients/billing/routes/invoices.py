"""Invoices and payments over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access.queries import local_today
from services.clients.billing.models import Invoice
from services.clients.billing.operations import crediting, drafts
from services.clients.billing.operations.from_time import invoice_from_time
from services.clients.billing.operations.invoices import issue_invoice, record_payment, void_invoice
from services.clients.billing.queries import invoices as queries
from services.clients.billing.queries import statements as statements_of
from services.clients.billing.schemas import bodies, views
from services.clients.records.queries.clients import require_client
from services.clients.records.queries.missing import of_present_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, require_if_match, writes
from shared.http.paging import Sort, page
from shared.security.permissions import (
    INVOICES_CREATE,
    INVOICES_DELETE,
    INVOICES_ISSUE,
    INVOICES_PAY,
    INVOICES_UPDATE,
    INVOICES_VIEW,
    INVOICES_VOID,
)
from shared.unit_of_work import UnitOfWork

client_invoices = ApiBlueprint(
    "client_invoices", __name__, url_prefix="/v1/clients/<uuid:client_id>/invoices"
)
invoices = ApiBlueprint("invoices", __name__, url_prefix="/v1/invoices/<uuid:invoice_id>")

all_invoices = ApiBlueprint("all_invoices", __name__, url_prefix="/v1/invoices")
statements = ApiBlueprint(
    "statements", __name__, url_prefix="/v1/clients/<uuid:client_id>/statement"
)

BLUEPRINTS = (all_invoices, client_invoices, invoices, statements)


@all_invoices.route("", methods=["GET"])
@reads(INVOICES_VIEW)
@all_invoices.arguments(bodies.AllInvoicesQuery, location="query")
@all_invoices.response(200, views.AllInvoicesPage)
def list_all_invoices(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Invoices of all clients, newest first, and what all that match come to per currency."""
    today = local_today(uow)
    cursor, limit = query.pop("cursor"), query.pop("limit")
    overdue_on = today if query.pop("overdue") else None
    named = of_present_client(uow.session, query)
    wanted = queries.InvoiceFilter(**named, overdue_on=overdue_on)
    found = page(
        uow.session,
        uow.vault,
        queries.all_invoices(wanted),
        [Sort(Invoice.id, descending=True)],
        scope=f"all-invoices:{wanted}",
        cursor=cursor,
        limit=limit,
    )
    shown = found.as_dict(lambda row: views.present_listed_invoice(row[0], row[1], today))
    sums = [views.present_sums(row) for row in queries.sums_of(uow.session, wanted)]
    return Answer({**shown, "sums": sums})


@client_invoices.route("", methods=["GET"])
@reads(INVOICES_VIEW)
@client_invoices.arguments(bodies.InvoiceQuery, location="query")
@client_invoices.response(200, views.InvoicePage)
def list_invoices(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """A client's invoices, newest first, without their lines and payments."""
    require_client(uow.session, client_id)
    status = query.get("status")
    found = page(
        uow.session,
        uow.vault,
        queries.invoices_of(client_id, status),
        [Sort(Invoice.id, descending=True)],
        scope=f"invoices:{client_id}:{status}",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    today = local_today(uow)
    return Answer(found.as_dict(lambda row: views.present_invoice_summary(row, today)))


@client_invoices.route("", methods=["POST"])
@writes(INVOICES_CREATE)
@client_invoices.arguments(bodies.InvoiceBody)
@client_invoices.response(201, views.InvoiceView)
def post_invoice(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Make a draft of an invoice with free lines."""
    invoice = drafts.create_invoice(uow, client_id, body)
    return _invoice_answer(uow, invoice, 201, f"/v1/invoices/{invoice.id}")


@client_invoices.route("/from-time", methods=["POST"])
@writes(INVOICES_CREATE, shows=INVOICES_VIEW)
@client_invoices.arguments(bodies.PeriodBody)
@client_invoices.response(201, views.InvoiceView)
def post_from_time(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Make a draft of all time up to the period's end that is on no invoice yet."""
    period = body["period_start"], body["period_end"]
    invoice = invoice_from_time(uow, client_id, period, body.get("currency"))
    return _invoice_answer(uow, invoice, 201, f"/v1/invoices/{invoice.id}")


@invoices.route("", methods=["GET"])
@reads(INVOICES_VIEW)
@invoices.response(200, views.InvoiceView)
def get_invoice(uow: UnitOfWork, invoice_id: uuid.UUID) -> Answer:
    """An invoice with its lines and payments."""
    return _invoice_answer(uow, queries.get_invoice(uow.session, invoice_id))


@invoices.route("", methods=["PATCH"])
@writes(INVOICES_UPDATE)
@invoices.arguments(bodies.InvoiceChanges)
@invoices.response(200, views.InvoiceView)
def patch_invoice(uow: UnitOfWork, changes: dict[str, Any], invoice_id: uuid.UUID) -> Answer:
    """Edit a draft; `If-Match` is required."""
    invoice = drafts.update_invoice(uow, invoice_id, changes, require_if_match())
    return _invoice_answer(uow, invoice)


@invoices.route("", methods=["DELETE"])
@writes(INVOICES_DELETE)
@invoices.response(204)
def delete_invoice(uow: UnitOfWork, invoice_id: uuid.UUID) -> Answer:
    """Delete a draft; what was issued is declared void or credited instead."""
    drafts.delete_draft(uow, invoice_id, if_match())
    return Answer(None, 204)


@invoices.route("/issue", methods=["POST"])
@writes(INVOICES_ISSUE)
@invoices.arguments(bodies.IssueBody)
@invoices.response(200, views.InvoiceView)
def post_issue(uow: UnitOfWork, body: dict[str, Any], invoice_id: uuid.UUID) -> Answer:
    """Give a draft its number; it is immutable from then on."""
    invoice = issue_invoice(uow, invoice_id, if_match(), body.get("issued_on"))
    return _invoice_answer(uow, invoice)


@invoices.route("/void", methods=["POST"])
@writes(INVOICES_VOID)
@invoices.arguments(bodies.VoidBody)
@invoices.response(200, views.InvoiceView)
def post_void(uow: UnitOfWork, body: dict[str, Any], invoice_id: uuid.UUID) -> Answer:
    """Declare an invoice void; its number stays taken."""
    invoice = void_invoice(uow, invoice_id, body["reason"], if_match())
    return _invoice_answer(uow, invoice)


@invoices.route("/payments", methods=["POST"])
@writes(INVOICES_PAY)
@invoices.arguments(bodies.PaymentBody)
@invoices.response(200, views.InvoiceView)
def post_payment(uow: UnitOfWork, body: dict[str, Any], invoice_id: uuid.UUID) -> Answer:
    """Enter a payment, or a refund where the amount is below zero; answers the invoice."""
    return _invoice_answer(uow, record_payment(uow, invoice_id, body, if_match()))


@invoices.route("/credit-notes", methods=["POST"])
@writes(INVOICES_ISSUE)
@invoices.arguments(bodies.CreditNoteBody)
@invoices.response(201, views.CreditNoteView)
def post_credit_note(uow: UnitOfWork, body: dict[str, Any], invoice_id: uuid.UUID) -> Answer:
    """Issue a credit note against an invoice: for lines, for an amount, or for all that is left.

    `If-Match` and the answer's `ETag` name the invoice's version.
    """
    invoice, note = crediting.issue_credit_note(uow, invoice_id, body, if_match())
    shown = views.present_credit_note(note, invoice.currency)
    location = f"/v1/invoices/{invoice.id}/credit-notes/{note.id}"
    return Answer(shown, 201, etag=invoice.version, location=location)


@invoices.route("/credit-notes/<uuid:credit_note_id>", methods=["GET"])
@reads(INVOICES_VIEW)
@invoices.response(200, views.CreditNoteView)
def get_credit_note(uow: UnitOfWork, invoice_id: uuid.UUID, credit_note_id: uuid.UUID) -> Answer:
    """A credit note with its lines."""
    invoice, note = queries.get_credit_note(uow.session, invoice_id, credit_note_id)
    return Answer(views.present_credit_note(note, invoice.currency))


@statements.route("", methods=["GET"])
@reads(INVOICES_VIEW)
@statements.arguments(bodies.StatementQuery, location="query")
@statements.response(200, views.StatementView)
def get_statement(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """A client's statement of account, the first and the last day included, per currency."""
    require_client(uow.session, client_id)
    first, last = query["first"], query["last"]
    accounts = statements_of.statement(uow.session, client_id, first, last)
    return Answer(views.present_statement(client_id, first, last, accounts))


def _invoice_answer(
    uow: UnitOfWork, invoice: Invoice, status: int = 200, location: str | None = None
) -> Answer:
    body = views.present_invoice(invoice, local_today(uow))
    return Answer(body, status, etag=invoice.version, location=location)
