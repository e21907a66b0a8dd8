"""A draft with its documents, and uploads to it.

The client made of a draft takes its id, so the documents service keeps a draft's documents
under that id from the beginning, and nothing moves when the draft is submitted.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, request

from services.clients.drafts.operations import note_draft_shown
from services.clients.drafts.queries import get_draft, require_draft
from services.clients.drafts.rules import STEPS
from services.clients.drafts.schemas import DraftWithDocumentsView, check_draft, present_draft
from services.clients.gateway import composing
from services.clients.gateway.documentation import ForwardingBlueprint, operation
from services.clients.gateway.documents import CHECK_SECONDS, DOCUMENT, DOCUMENTS, FILED
from services.clients.gateway.gateway import LIMIT_SECONDS
from services.clients.gateway.passing import fetch, pass_on, passes_on
from services.clients.lists.routes.categories import listed
from shared.http.edge import Answer, View
from shared.http.lanes import CHECKS, in_lane
from shared.security.identity import Identity
from shared.security.permissions import CLIENTS_CREATE, CLIENTS_VIEW_TAX_ID, DOCUMENTS_VIEW
from shared.unit_of_work import UnitOfWork

# As many as a page of the documents service holds.
_MOST_SHOWN = {"limit": 200}

blueprint = ForwardingBlueprint(
    "draft-documents", __name__, url_prefix="/v1/client-drafts/<uuid:draft_id>"
)


def _known_draft(uow: UnitOfWork, _identity: Identity, draft_id: uuid.UUID) -> uuid.UUID:
    require_draft(uow, draft_id)
    return draft_id


def _present(uow: UnitOfWork, identity: Identity, draft_id: uuid.UUID) -> dict[str, Any]:
    draft = get_draft(uow, draft_id)
    allowed = CLIENTS_VIEW_TAX_ID in identity.permissions
    shown = present_draft(draft, check_draft(uow, draft), STEPS, see_tax_ids=allowed)
    note_draft_shown(uow, identity.permissions, shown)
    return shown


@blueprint.route("", methods=["GET"])
@passes_on(CLIENTS_CREATE, look=_present, owner="draft_id")
@blueprint.response(200, DraftWithDocumentsView)
def get_client_draft(identity: Identity, draft: dict[str, Any]) -> Answer:
    """A draft: what was typed, its documents, and what is wrong in the steps that were saved."""
    may_see = DOCUMENTS_VIEW in identity.permissions
    ask = fetch(identity, draft["id"], "documents", _MOST_SHOWN) if may_see else None
    found, away = composing.gather([composing.Part("documents", ask)], LIMIT_SECONDS)
    documents = draft["steps"]["documents"] | {"documents": _listed(found["documents"])}
    steps = {**draft["steps"], "documents": documents}
    return Answer({**draft, "steps": steps, "unavailable": away}, etag=draft["version"])


def _listed(page: Mapping[str, Any] | None) -> Any:
    return None if page is None else page["data"]


def _forwarded(method: str, path: str) -> Callable[[View], View]:
    """A route of a client's documents for those of a draft, described as there.

    Whoever may create clients may reach it; what may be done with documents the documents
    service decides.
    """
    rule = path.removeprefix("/v1/clients/{client_id}")
    rule = rule.replace("{document_id}", "<uuid:document_id>")
    look = listed(_known_draft) if (method, path) in FILED else _known_draft

    def decorate(view: View) -> View:
        described = blueprint.doc(**operation(method, path))(view)
        passed = passes_on(CLIENTS_CREATE, look=look, owner="draft_id")(described)
        return blueprint.route(rule, methods=[method])(passed)

    return decorate


@_forwarded("GET", DOCUMENTS)
def get_draft_documents(identity: Identity, draft_id: uuid.UUID) -> Response:
    """The draft's documents."""
    return _pass_on(identity, draft_id)


@_forwarded("POST", DOCUMENTS)
def post_draft_document(identity: Identity, draft_id: uuid.UUID) -> Response:
    """Announce a file."""
    return _pass_on(identity, draft_id)


@_forwarded("GET", DOCUMENT)
def get_draft_document(identity: Identity, draft_id: uuid.UUID, document_id: uuid.UUID) -> Response:
    """One document."""
    return _pass_on(identity, draft_id)


@_forwarded("PATCH", DOCUMENT)
def patch_draft_document(
    identity: Identity, draft_id: uuid.UUID, document_id: uuid.UUID
) -> Response:
    """Change a document's details."""
    return _pass_on(identity, draft_id)


@_forwarded("DELETE", DOCUMENT)
def delete_draft_document(
    identity: Identity, draft_id: uuid.UUID, document_id: uuid.UUID
) -> Response:
    """Delete a document."""
    return _pass_on(identity, draft_id)


@_forwarded("POST", f"{DOCUMENT}/complete")
@in_lane(CHECKS)
def complete_draft_document(
    identity: Identity, draft_id: uuid.UUID, document_id: uuid.UUID
) -> Response:
    """Have an uploaded file checked."""
    return _pass_on(identity, draft_id, CHECK_SECONDS)


@_forwarded("GET", f"{DOCUMENT}/download")
def download_draft_document(
    identity: Identity, draft_id: uuid.UUID, document_id: uuid.UUID
) -> Response:
    """A link to a document's bytes."""
    return _pass_on(identity, draft_id)


def _pass_on(
    identity: Identity, draft_id: uuid.UUID, limit_seconds: float = LIMIT_SECONDS
) -> Response:
    """The documents service knows the draft as the client that it will be."""
    here, there = f"/v1/client-drafts/{draft_id}", f"/v1/clients/{draft_id}"
    path = there + request.path.removeprefix(here)
    answer = pass_on("documents", identity, limit_seconds, path)
    if location := answer.headers.get("Location"):
        answer.headers["Location"] = location.replace(there, here)
    return answer
