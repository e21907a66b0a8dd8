"""Documents over HTTP; the façade passes on to these routes unchanged."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, current_app, request

from services.documents.files import queries, schemas
from services.documents.files.models import CHECKING, Document
from services.documents.files.operations import details
from services.documents.files.operations.downloads import hand_out, read_out
from services.documents.files.operations.removals import Removals
from services.documents.files.operations.uploads import Begin, Uploads
from shared.http.blueprint import ApiBlueprint, InternalBlueprint
from shared.http.edge import Answer, if_match, kept_only, reads, runtime, writes
from shared.http.identity import current_identity, origin_of
from shared.http.lanes import CHECKS, in_lane
from shared.http.paging import Sort, page
from shared.http.steps import steps
from shared.security.permissions import (
    CLIENTS_DELETE,
    DOCUMENTS_CREATE,
    DOCUMENTS_DELETE,
    DOCUMENTS_SHARED,
    DOCUMENTS_UPDATE,
    DOCUMENTS_VIEW,
)
from shared.unit_of_work import UnitOfWork

holdings = InternalBlueprint(
    "holdings", __name__, url_prefix="/v1/clients/<uuid:client_id>/holdings"
)
stored = InternalBlueprint(
    "bytes",
    __name__,
    url_prefix="/v1/clients/<uuid:client_id>/documents/<uuid:document_id>/bytes",
)
made = InternalBlueprint(
    "made",
    __name__,
    url_prefix="/v1/clients/<uuid:client_id>/documents/<uuid:document_id>/made",
)
shared = InternalBlueprint("shared", __name__, url_prefix="/v1/clients/<uuid:client_id>/shared")
expiring = InternalBlueprint("expiring", __name__, url_prefix="/v1/documents/expiring")
search = InternalBlueprint("search", __name__, url_prefix="/v1/documents/search")

blueprint = ApiBlueprint("documents", __name__, url_prefix="/v1/clients/<uuid:client_id>/documents")


def _uploads() -> Uploads:
    """Made by `create_app`, with the service's store and settings."""
    found: Uploads = current_app.extensions["clientele.uploads"]
    return found


def _hide_papers() -> None:
    """A paper is not there for whoever may not view invoices, whatever is asked of it."""
    document_id = (request.view_args or {}).get("document_id")
    if document_id is None:
        return
    identity = current_identity()
    if queries.sees_papers(identity.permissions):
        return
    with runtime().unit_of_work(origin_of(identity)) as uow:
        queries.require_readable(uow.session, document_id, identity.permissions)


for door in (blueprint, stored):
    door.before_request(_hide_papers)


def _answer(document: Document, status: int = 200) -> Answer:
    return Answer(schemas.present(document), status, etag=document.version)


@blueprint.route("", methods=["GET"])
@reads(DOCUMENTS_VIEW)
@blueprint.arguments(schemas.DocumentQuery, location="query")
@blueprint.response(200, schemas.DocumentPage)
def get_documents(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """The documents of a client, newest first."""
    client_id = queries.present_id(uow.session, client_id)
    queries.require_not_erased(uow.session, client_id)
    status, category = query.get("status"), query.get("category")
    found = page(
        uow.session,
        uow.vault,
        queries.documents_of(client_id, current_identity().permissions, status, category),
        [Sort(Document.id, descending=True)],
        scope=f"documents:{client_id}:{status}:{category}",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    return Answer(found.as_dict(schemas.present))


@blueprint.route("", methods=["POST"])
@steps(DOCUMENTS_CREATE)
@blueprint.arguments(schemas.NewDocumentBody)
@blueprint.response(201, schemas.NewDocumentView)
def post_document(begin: Begin, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Announce a file; the answer says where to put its bytes."""
    document, links = _uploads().announce(begin, client_id, body)
    answer = {**schemas.present(document), "upload": schemas.present_upload(links)}
    location = f"/v1/clients/{client_id}/documents/{document.id}"
    return Answer(answer, 201, etag=document.version, location=location)


@blueprint.route("/<uuid:document_id>", methods=["GET"])
@reads(DOCUMENTS_VIEW)
@blueprint.response(200, schemas.DocumentView)
def get_document(uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID) -> Answer:
    """One document."""
    return _answer(queries.get_document(uow.session, client_id, document_id))


@blueprint.route("/<uuid:document_id>", methods=["PATCH"])
@writes(DOCUMENTS_UPDATE)
@blueprint.arguments(schemas.DocumentChanges)
@blueprint.response(200, schemas.DocumentView)
def patch_document(
    uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer:
    """Change a document's details (JSON merge patch)."""
    return _answer(
        details.update_document(uow, client_id, document_id, body, if_match(), kept_only())
    )


@blueprint.route("/<uuid:document_id>", methods=["DELETE"])
@steps(DOCUMENTS_DELETE)
@blueprint.response(204)
def delete_document(begin: Begin, client_id: uuid.UUID, document_id: uuid.UUID) -> Answer:
    """Delete a document and its bytes."""
    Removals(_uploads().store).delete(begin, client_id, document_id, if_match())
    return Answer(None, 204)


@blueprint.route("/<uuid:document_id>/complete", methods=["POST"])
@in_lane(CHECKS)
@steps(DOCUMENTS_CREATE)
@blueprint.arguments(schemas.CompleteBody)
@blueprint.response(200, schemas.DocumentView)
@blueprint.alt_response(202, schema=schemas.DocumentView)
def complete_document(
    begin: Begin, body: dict[str, Any], client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer:
    """The bytes are uploaded: check them. 202 `checking` for a file that takes longer."""
    document = _uploads().complete(begin, client_id, document_id, body["parts"])
    return _answer(document, 202 if document.status == CHECKING else 200)


@blueprint.route("/<uuid:document_id>/download", methods=["GET"])
@steps(DOCUMENTS_VIEW)
@blueprint.response(302)
def download_document(begin: Begin, client_id: uuid.UUID, document_id: uuid.UUID) -> Answer:
    """A link to the bytes that expires shortly, as a redirect."""
    url = hand_out(begin, _uploads(), client_id, document_id)
    return Answer({"url": url}, 302, location=url)


@holdings.route("", methods=["GET"])
@reads(CLIENTS_DELETE)
def get_holdings(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """What the deletion of this client takes along, and what of it the store refuses."""
    present = queries.present_id(uow.session, client_id)
    return Answer(queries.holdings_of(uow.session, present))


@stored.route("", methods=["GET"])
@steps(DOCUMENTS_VIEW)
def get_bytes(begin: Begin, client_id: uuid.UUID, document_id: uuid.UUID) -> Response:
    """The bytes themselves, chunk by chunk; one that ends early is shorter than it says."""
    size, chunks = read_out(begin, _uploads().store, client_id, document_id)
    response = Response(chunks, mimetype="application/octet-stream")
    response.content_length = size
    return response


@made.route("", methods=["PUT"])
@steps(DOCUMENTS_CREATE)
@made.arguments(schemas.MadeQuery, location="query")
def put_made(
    begin: Begin, query: dict[str, Any], client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer:
    """A file that another service has made, whole in the body; sent again it is the same."""
    details = {**query, "content_type": request.mimetype}
    return _answer(_uploads().take(begin, client_id, document_id, details, request.get_data()))


@shared.route("", methods=["GET"])
@reads(DOCUMENTS_SHARED)
@shared.arguments(schemas.SharedQuery, location="query")
def get_shared_documents(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """What the portal shows of a client's documents, newest first."""
    client_id = queries.present_id(uow.session, client_id)
    queries.require_not_erased(uow.session, client_id)
    reports = query["reports"]
    found = page(
        uow.session,
        uow.vault,
        queries.shared_documents(client_id, reports=reports),
        [Sort(Document.id, descending=True)],
        scope=f"shared:{client_id}:{reports}",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    return Answer(found.as_dict(schemas.present))


@shared.route("", methods=["POST"])
@steps(DOCUMENTS_SHARED)
@shared.arguments(schemas.NewDocumentBody)
def post_shared_document(begin: Begin, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Announce a file that a contact sends; the portal shows it."""
    details = {**body, "portal_visible": True}
    document, links = _uploads().announce(begin, client_id, details)
    answer = {**schemas.present(document), "upload": schemas.present_upload(links)}
    return Answer(answer, 201, etag=document.version)


@shared.route("/<uuid:document_id>", methods=["GET"])
@reads(DOCUMENTS_SHARED)
@shared.arguments(schemas.WhichShared, location="query")
def get_shared_document(
    uow: UnitOfWork, which: dict[str, Any], client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer:
    """One document that the portal shows."""
    return _answer(_shared(uow, client_id, document_id, which))


@shared.route("/<uuid:document_id>/complete", methods=["POST"])
@in_lane(CHECKS)
@steps(DOCUMENTS_SHARED)
@shared.arguments(schemas.WhichShared, location="query")
@shared.arguments(schemas.CompleteBody)
def complete_shared_document(
    begin: Begin,
    which: dict[str, Any],
    body: dict[str, Any],
    client_id: uuid.UUID,
    document_id: uuid.UUID,
) -> Answer:
    """As `complete_document`."""
    with begin() as uow:
        _shared(uow, client_id, document_id, which)
    document = _uploads().complete(begin, client_id, document_id, body["parts"])
    return _answer(document, 202 if document.status == CHECKING else 200)


@shared.route("/<uuid:document_id>/download", methods=["GET"])
@steps(DOCUMENTS_SHARED)
@shared.arguments(schemas.WhichShared, location="query")
def download_shared_document(
    begin: Begin, which: dict[str, Any], client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer:
    """As `download_document`."""
    with begin() as uow:
        _shared(uow, client_id, document_id, which)
    url = hand_out(begin, _uploads(), client_id, document_id)
    return Answer({"url": url}, 302, location=url)


def _shared(
    uow: UnitOfWork, client_id: uuid.UUID, document_id: uuid.UUID, which: dict[str, Any]
) -> Document:
    return queries.get_shared(uow.session, client_id, document_id, **which)


@expiring.route("", methods=["GET"])
@reads(DOCUMENTS_VIEW)
@expiring.arguments(schemas.ExpiringQuery, location="query")
def get_expiring(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Documents of any client that expire between two days, by their ids, after one of them."""
    found = queries.expiring_documents(uow.session, **query)
    return Answer({"data": [schemas.present(document) for document in found]})


@search.route("", methods=["GET"])
@reads(DOCUMENTS_VIEW)
@search.arguments(schemas.SearchQuery, location="query")
def get_search(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Documents of any client, by the words of what is said about them."""
    held = current_identity().permissions
    found = queries.search_documents(uow.session, held, query["q"], query["limit"])
    return Answer({"data": [schemas.present(document) for document in found]})
