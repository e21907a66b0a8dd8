"""Contacts and rates of a client. Every change is a version of the client, which the answer's
`ETag` names; `If-Match` is honoured where it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.clients.records.models.record import Record
from services.clients.records.operations import elements
from services.clients.records.operations.reading_tax_ids import RECORD, note_shown
from services.clients.records.queries import clients
from services.clients.records.rules.elements import CONTACTS, RATES
from services.clients.records.schemas.bodies import (
    ContactBody,
    ContactChanges,
    RateBody,
    RateChanges,
)
from services.clients.records.schemas.views import (
    ClientView,
    ContactAnswerView,
    ContactListView,
    ContactView,
    RateListView,
    RateView,
    present,
    with_warnings,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.http.identity import current_identity
from shared.security.permissions import CLIENTS_UPDATE, CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Body

blueprint = ApiBlueprint(
    "client-elements",
    __name__,
    url_prefix="/v1/clients/<uuid:client_id>",
    description="Contacts and service rates of a client",
)


@blueprint.route("/contacts", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, ContactListView)
def get_contacts(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """All contacts beside the primary one."""
    record = clients.get_client(uow.session, client_id)
    return Answer({"data": record.contacts, "next": None}, etag=record.version)


@blueprint.route("/contacts", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(ContactBody)
@blueprint.response(201, ContactAnswerView)
def post_contact(uow: UnitOfWork, body: Body, client_id: uuid.UUID) -> Answer:
    """Add a contact."""
    record, contact = elements.add_element(
        uow, CONTACTS, client_id, body.values, if_match(), body.findings
    )
    location = f"/v1/clients/{client_id}/contacts/{contact['id']}"
    return _answer(record, contact, body, 201, location)


@blueprint.route("/contacts/<uuid:contact_id>", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, ContactView)
def get_contact(uow: UnitOfWork, client_id: uuid.UUID, contact_id: uuid.UUID) -> Answer:
    """One contact."""
    record = clients.get_client(uow.session, client_id)
    return Answer(elements.find_element(CONTACTS, record.contacts, contact_id), etag=record.version)


@blueprint.route("/contacts/<uuid:contact_id>", methods=["PATCH"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(ContactChanges)
@blueprint.response(200, ContactAnswerView)
def patch_contact(
    uow: UnitOfWork, body: Body, client_id: uuid.UUID, contact_id: uuid.UUID
) -> Answer:
    """Merge changes into a contact."""
    record, contact = elements.update_element(
        uow, CONTACTS, client_id, contact_id, body.values, if_match(), body.findings
    )
    return _answer(record, contact, body)


@blueprint.route("/contacts/<uuid:contact_id>", methods=["DELETE"])
@writes(CLIENTS_UPDATE)
@blueprint.response(204)
def delete_contact(uow: UnitOfWork, client_id: uuid.UUID, contact_id: uuid.UUID) -> Answer:
    """Take a contact off."""
    record = elements.remove_element(uow, CONTACTS, client_id, contact_id, if_match())
    return Answer(None, 204, etag=record.version)


@blueprint.route("/contacts/<uuid:contact_id>/make-primary", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.response(200, ClientView)
def make_primary(uow: UnitOfWork, client_id: uuid.UUID, contact_id: uuid.UUID) -> Answer:
    """Make a contact the primary one; who was primary stays as a contact."""
    record = elements.make_primary(uow, client_id, contact_id, if_match())
    shown = present(record, uow.vault, current_identity().permissions)
    note_shown(uow, current_identity().permissions, RECORD, [shown])
    return Answer(shown, etag=record.version)


@blueprint.route("/rates", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, RateListView)
def get_rates(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """All rates of a client."""
    record = clients.get_client(uow.session, client_id)
    return Answer({"data": record.rates, "next": None}, etag=record.version)


@blueprint.route("/rates", methods=["POST"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(RateBody)
@blueprint.response(201, RateView)
def post_rate(uow: UnitOfWork, body: Body, client_id: uuid.UUID) -> Answer:
    """Add a rate; two of one position may not hold on the same day."""
    record, rate = elements.add_element(
        uow, RATES, client_id, body.values, if_match(), body.findings
    )
    return _answer(record, rate, body, 201, f"/v1/clients/{client_id}/rates/{rate['id']}")


@blueprint.route("/rates/<uuid:rate_id>", methods=["PATCH"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(RateChanges)
@blueprint.response(200, RateView)
def patch_rate(uow: UnitOfWork, body: Body, client_id: uuid.UUID, rate_id: uuid.UUID) -> Answer:
    """Merge changes into a rate."""
    record, rate = elements.update_element(
        uow, RATES, client_id, rate_id, body.values, if_match(), body.findings
    )
    return _answer(record, rate, body)


@blueprint.route("/rates/<uuid:rate_id>", methods=["DELETE"])
@writes(CLIENTS_UPDATE)
@blueprint.response(204)
def delete_rate(uow: UnitOfWork, client_id: uuid.UUID, rate_id: uuid.UUID) -> Answer:
    """Take a rate off."""
    record = elements.remove_element(uow, RATES, client_id, rate_id, if_match())
    return Answer(None, 204, etag=record.version)


def _answer(
    record: Record,
    element: Mapping[str, Any],
    body: Body,
    status: int = 200,
    location: str | None = None,
) -> Answer:
    shown = with_warnings(element, body.findings.warnings)
    return Answer(shown, status, etag=record.version, location=location)
