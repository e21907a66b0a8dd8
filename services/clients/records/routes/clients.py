"""Clients: make, read, change, set the status; and which codes are free."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.clients.records.models.record import Record
from services.clients.records.operations import creating, updating
from services.clients.records.operations.reading_tax_ids import RECORD, note_shown
from services.clients.records.queries import clients, codes
from services.clients.records.queries.duplicates import duplicates_of
from services.clients.records.queries.history import is_tax_id_as_in, past_at
from services.clients.records.schemas.bodies import (
    ClientBody,
    ClientChanges,
    StatusBody,
    SuggestQuery,
)
from services.clients.records.schemas.field_selection import check_names, pick
from services.clients.records.schemas.past import (
    DiffQuery,
    DiffView,
    PastQuery,
    present_diff,
    present_past,
)
from services.clients.records.schemas.views import (
    ClientView,
    DuplicatesView,
    SuggestionsView,
    present,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, require_if_match, writes
from shared.http.identity import current_identity
from shared.security.permissions import (
    CLIENTS_CREATE,
    CLIENTS_UPDATE,
    CLIENTS_VIEW,
    CLIENTS_VIEW_TAX_ID,
)
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Body

blueprint = ApiBlueprint("clients", __name__, url_prefix="/v1", description="The client record")

_SUGGESTIONS = 10


@blueprint.route("/clients", methods=["POST"])
@writes(CLIENTS_CREATE)
@blueprint.arguments(ClientBody)
@blueprint.response(201, ClientView)
def post_client(uow: UnitOfWork, body: Body) -> Answer:
    """Make a client in one go, with its contacts and rates."""
    held = current_identity().permissions
    record = creating.create_client(
        uow,
        body.values,
        body.findings,
        names_duplicates=CLIENTS_VIEW in held,
        sees_tax_ids=CLIENTS_VIEW_TAX_ID in held,
    )
    return _answer(uow, record, body, 201, f"/v1/clients/{record.id}")


@blueprint.route("/clients/<uuid:client_id>", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(PastQuery, location="query")
@blueprint.response(200, ClientView)
def get_client(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """One client with its contacts and rates, as it is or as it was at a moment."""
    names = query.get("names")
    if names is not None:
        check_names(uow, names, ClientView)
    answer = _one(uow, client_id, query.get("as_of"))
    if names is not None:
        answer = replace(answer, body=pick(answer.body, names))
    note_shown(uow, current_identity().permissions, RECORD, [answer.body])
    return answer


def _one(uow: UnitOfWork, client_id: uuid.UUID, moment: datetime | None) -> Answer:
    record = clients.get_client(uow.session, client_id)
    if moment is None:
        return _answer(uow, record)
    past = past_at(uow, client_id, moment)
    tax_id = present(record, uow.vault, current_identity().permissions)["tax_id"]
    same = is_tax_id_as_in(uow, client_id, past)
    shown = present_past(past, moment, tax_id, is_tax_id_known=same)
    return Answer(shown, etag=past.version)


@blueprint.route("/clients/<uuid:client_id>/diff", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(DiffQuery, location="query")
@blueprint.response(200, DiffView)
def get_diff(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """What changed between two versions or moments of a client, in either direction."""
    record = clients.get_client(uow.session, client_id)
    end = record.version if query["end"] is None else query["end"]
    begun, ended = (past_at(uow, client_id, point) for point in (query["begin"], end))
    return Answer(present_diff(begun, ended))


@blueprint.route("/clients/<uuid:client_id>/duplicates", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, DuplicatesView)
def get_duplicates(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """Up to 100 clients of the same name, web host, mail domain or, for who may view
    these, tax number, the likest first."""
    sees = CLIENTS_VIEW_TAX_ID in current_identity().permissions
    found = duplicates_of(uow.session, client_id, sees_tax_ids=sees)
    return Answer({"data": found, "next": None})


@blueprint.route("/clients/<uuid:client_id>", methods=["PATCH"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(ClientChanges)
@blueprint.response(200, ClientView)
def patch_client(uow: UnitOfWork, body: Body, client_id: uuid.UUID) -> Answer:
    """Merge changes into a client; `If-Match` says which version they are meant for."""
    record = updating.update_client(uow, client_id, body.values, require_if_match(), body.findings)
    return _changed(uow, record, body)


@blueprint.route("/clients/<uuid:client_id>/status", methods=["PUT"])
@writes(CLIENTS_UPDATE)
@blueprint.arguments(StatusBody)
@blueprint.response(200, ClientView)
def put_status(uow: UnitOfWork, body: Body, client_id: uuid.UUID) -> Answer:
    """Make a client active, inactive or pending, and say why."""
    record = updating.change_status(uow, client_id, body.values, if_match(), body.findings)
    return _changed(uow, record)


@blueprint.route("/client-codes/suggest", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(SuggestQuery, location="query")
@blueprint.response(200, SuggestionsView)
def suggest_codes(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Free codes that suit a name, the best first."""
    found = codes.free_codes(uow.session, query["name"], _SUGGESTIONS)
    return Answer({"data": found, "next": None})


def _changed(uow: UnitOfWork, record: Record, body: Body | None = None) -> Answer:
    """All of a client, of which the caller sent a part."""
    answer = _answer(uow, record, body)
    if body is None or not body.values.get("tax_id"):
        note_shown(uow, current_identity().permissions, RECORD, [answer.body])
    return answer


def _answer(
    uow: UnitOfWork,
    record: Record,
    body: Body | None = None,
    status: int = 200,
    location: str | None = None,
) -> Answer:
    warnings = body.findings.warnings if body is not None else ()
    shown = present(record, uow.vault, current_identity().permissions, warnings)
    return Answer(shown, status, etag=record.version, location=location)
