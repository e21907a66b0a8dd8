"""One address for everything of a client: the other services' routes and the overview."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g
from flask.blueprints import BlueprintSetupState

from services.clients.facade import operations, schemas
from services.clients.facade.categories import listed
from services.clients.facade.documentation import ForwardingBlueprint, operation
from services.clients.facade.forwarding import fetch_from, known_client, pass_on, passes_on
from services.clients.facade.gateway import LIMIT_SECONDS, Gateway
from services.clients.facade.holdings import asking_first, holdings_of
from services.clients.lifecycle.operations import deleting
from services.clients.lifecycle.schemas import (
    DeleteQuery,
    DeletionView,
    PlanView,
    deletion_json,
    plan_json,
)
from services.clients.records.queries import get_client
from services.clients.records.schemas.views import present
from shared.http.edge import Answer, runtime, writes
from shared.http.identity import Identity, origin_of
from shared.unit_of_work import UnitOfWork

# Checking an uploaded file reads all of it from the store; up to 16 MiB is done at once.
CHECK_SECONDS = 30.0
_PARAMS = {"documents": {"limit": 20}, "activity": {"limit": 20}}

CLIENT = "/v1/clients/{client_id}"
DOCUMENTS = f"{CLIENT}/documents"
DOCUMENT = f"{DOCUMENTS}/{{document_id}}"
#: Where a body may name a category.
FILED = {("POST", DOCUMENTS), ("PATCH", DOCUMENT)}
VIEW_CLIENT, VIEW_DOCUMENT = "clients.view", "documents.view"

blueprint = ForwardingBlueprint("facade", __name__, url_prefix="/v1/clients/<uuid:client_id>")


def _prepare(state: BlueprintSetupState) -> None:
    extensions = state.app.extensions
    extensions["clientele.gateway"] = Gateway(extensions["clientele"])


blueprint.record_once(_prepare)

View = Callable[..., Answer | Response]


def _forwarded(method: str, path: str, permission: str) -> Callable[[View], View]:
    """A route of another service under the same path, described as there."""
    rule = path.removeprefix(CLIENT).replace("{document_id}", "<uuid:document_id>")
    look = listed(known_client) if (method, path) in FILED else known_client

    def decorate(view: View) -> View:
        described = blueprint.doc(**operation(method, path))(view)
        return blueprint.route(rule, methods=[method])(passes_on(permission, look)(described))

    return decorate


@_forwarded("GET", f"{CLIENT}/activity", VIEW_CLIENT)
def get_activity(identity: Identity, client_id: uuid.UUID) -> Answer | Response:
    """The client's timeline."""
    return pass_on("activity", identity)


@_forwarded("GET", f"{CLIENT}/metrics", VIEW_CLIENT)
def get_metrics(identity: Identity, client_id: uuid.UUID) -> Answer | Response:
    """The client's four numbers."""
    return pass_on("metrics", identity)


@_forwarded("GET", DOCUMENTS, VIEW_DOCUMENT)
def get_documents(identity: Identity, client_id: uuid.UUID) -> Answer | Response:
    """The client's documents."""
    return pass_on("documents", identity)


@_forwarded("POST", DOCUMENTS, "documents.create")
def post_document(identity: Identity, client_id: uuid.UUID) -> Answer | Response:
    """Announce a file."""
    return pass_on("documents", identity)


@_forwarded("GET", DOCUMENT, VIEW_DOCUMENT)
def get_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """One document."""
    return pass_on("documents", identity)


@_forwarded("PATCH", DOCUMENT, "documents.update")
def patch_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """Change a document's details."""
    return pass_on("documents", identity)


@_forwarded("DELETE", DOCUMENT, "documents.delete")
def delete_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """Delete a document."""
    return pass_on("documents", identity)


@_forwarded("POST", f"{DOCUMENT}/complete", "documents.create")
def complete_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """Have an uploaded file checked."""
    return pass_on("documents", identity, CHECK_SECONDS)


@_forwarded("GET", f"{DOCUMENT}/download", VIEW_DOCUMENT)
def download_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """A link to a document's bytes."""
    return pass_on("documents", identity)


DELETE_CLIENT = "clients.delete"


@blueprint.route("/deletion-plan", methods=["GET"])
@passes_on(DELETE_CLIENT)
@blueprint.response(200, PlanView)
def get_plan(identity: Identity, client_id: uuid.UUID) -> Answer:
    """What deleting this client would take along, and the note that confirms it."""
    holdings = holdings_of(identity, client_id)
    with runtime().unit_of_work(origin_of(identity)) as uow:
        return Answer(plan_json(deleting.plan_deletion(uow, client_id, holdings)))


@blueprint.route("", methods=["DELETE"])
@asking_first(DELETE_CLIENT)
@writes(DELETE_CLIENT)
@blueprint.arguments(DeleteQuery, location="query")
@blueprint.response(202, DeletionView)
def delete_client(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Delete the client as its plan said; `confirm` is the plan's."""
    deletion = deleting.delete_client(uow, client_id, query["confirm"], g.holdings)
    return Answer(deletion_json(deletion), 202, location=f"/v1/deletions/{deletion.id}")


def _present(uow: UnitOfWork, identity: Identity, client_id: uuid.UUID) -> dict[str, Any]:
    """The client as its own route answers it."""
    return present(get_client(uow.session, client_id), uow.vault, identity.permissions)


@blueprint.route("/overview", methods=["GET"])
@passes_on(VIEW_CLIENT, look=_present)
@blueprint.doc(
    responses={
        "200": {
            "description": "The client and its parts; those that are away are null.",
            "content": {"application/json": {"schema": schemas.OVERVIEW}},
        }
    }
)
def get_overview(identity: Identity, client: dict[str, Any]) -> Answer:
    """Everything a client's page begins with, in one answer and within two seconds."""
    parts = _parts(identity, client["id"])
    return Answer(operations.compose_overview(client, parts, LIMIT_SECONDS))


def _parts(identity: Identity, client_id: str) -> list[operations.Part]:
    """The parts, all of them asked for at once; one the caller may not see stays empty."""
    wanted = (("metrics", VIEW_CLIENT), ("documents", VIEW_DOCUMENT), ("activity", VIEW_CLIENT))
    return [
        operations.Part(name, fetch(identity, client_id, name, _PARAMS.get(name)))
        if permission in identity.permissions
        else operations.Part(name, None)
        for name, permission in wanted
    ]


def fetch(
    identity: Identity, client_id: str, service: str, params: Mapping[str, Any] | None
) -> Callable[[float], Any]:
    """Ask a service for its part of a client now; what is returned waits for the answer."""
    return fetch_from(identity, service, f"/v1/clients/{client_id}/{service}", params)
