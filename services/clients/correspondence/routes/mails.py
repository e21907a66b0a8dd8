"""The log of mail, and sending: an invoice, or a mail once more."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.correspondence import queries
from services.clients.correspondence.operations import invoices, repeating
from services.clients.correspondence.schemas import bodies, views
from services.clients.records.queries.missing import of_present_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.http.identity import current_identity
from shared.security.permissions import INVOICES_ISSUE, MAILS_SEND, MAILS_VIEW, USERS_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "mails", __name__, url_prefix="/v1/mails", description="Mail, sent and to send"
)
of_invoices = ApiBlueprint("invoice-mails", __name__, url_prefix="/v1/invoices")


def _of_clients() -> frozenset[str]:
    """What the caller may do with mail to clients alone."""
    return current_identity().permissions - {USERS_MANAGE}


@blueprint.route("", methods=["GET"])
@reads(MAILS_VIEW)
@blueprint.arguments(bodies.MailQuery, location="query")
@blueprint.response(200, views.MailPage)
def get_mails(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The workspace's mail to clients, the newest first, of those kinds of which the caller may
    view what they tell of; who manages users sees theirs too."""
    asked = of_present_client(uow.session, query)
    found = queries.list_mails(uow, asked, current_identity().permissions)
    return Answer(found.as_dict(views.mail_summary))


@blueprint.route("/<uuid:mail_id>", methods=["GET"])
@reads(MAILS_VIEW)
@blueprint.response(200, views.MailView)
def get_mail(uow: UnitOfWork, mail_id: uuid.UUID) -> Answer:
    """A mail with the text as it was handed over, and what came of it."""
    mail = queries.get_mail(uow.session, mail_id, current_identity().permissions)
    return Answer(views.mail_json(mail))


@blueprint.route("/<uuid:mail_id>/resend", methods=["POST"])
@writes(MAILS_SEND)
@blueprint.response(201, views.MailView)
def resend_mail(uow: UnitOfWork, mail_id: uuid.UUID) -> Answer:
    """Send a mail to a client once more, as it was; 409 `mails.not_sendable` for one that waits,
    and for an invitation, of which a new one is sent instead."""
    again = repeating.resend_mail(uow, mail_id, _of_clients())
    return Answer(views.mail_json(again), 201, location=f"/v1/mails/{again.id}")


@blueprint.route("/<uuid:mail_id>/bounce", methods=["POST"])
@writes(MAILS_SEND)
@blueprint.arguments(bodies.BounceBody)
@blueprint.response(200, views.MailView)
def bounce_mail(uow: UnitOfWork, body: dict[str, Any], mail_id: uuid.UUID) -> Answer:
    """Note that a mail came back after the server had taken it; for whoever reads bounces."""
    mail = repeating.note_bounced(uow, mail_id, body["reason"], _of_clients())
    return Answer(views.mail_json(mail))


@of_invoices.route("/<uuid:invoice_id>/send", methods=["POST"])
@writes(INVOICES_ISSUE)
@of_invoices.response(202, views.SentView)
def send_invoice(uow: UnitOfWork, invoice_id: uuid.UUID) -> Answer:
    """Send an issued invoice with its PDF to the contacts who receive invoices, to each once."""
    mails = invoices.send_invoice(uow, invoice_id, if_match())
    return Answer({"mails": [str(each) for each in mails]}, 202)
