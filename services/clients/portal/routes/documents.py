"""What is shared with a contact of their company's documents, and what they send the firm.

The documents service is asked under a right that no role has, for what is shown in the portal
alone; of which client, the session says and never the request.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import orjson
from flask import Response, request

from services.clients.gateway.composing import Part
from services.clients.gateway.documentation import ForwardingBlueprint
from services.clients.gateway.documents import CHECK_SECONDS
from services.clients.gateway.gateway import LIMIT_SECONDS, Call
from services.clients.gateway.passing import body_of, gateway, kept_headers, request_headers
from services.clients.portal import rules
from services.clients.portal.routes.callers import visitor, visits
from services.clients.portal.schemas.contents import PortalUploadBody
from shared.http.edge import View
from shared.http.lanes import CHECKS, in_lane
from shared.http.schemas import PageQuery
from shared.security.permissions import DOCUMENTS_SHARED, DOCUMENTS_VIEW, INVOICES_VIEW

blueprint = ForwardingBlueprint(
    "portal-documents",
    __name__,
    url_prefix="/v1/portal",
    description="Documents and reports in the portal",
)

_OTHERS: Final = {"reports": "false"}
_REPORTS: Final = {"reports": "true"}
_IS: Final = "#/components/schemas/Documents"


def _answers(status: int, schema: str) -> Callable[[View], View]:
    """As the documents service describes it."""
    content = {"application/json": {"schema": {"$ref": f"{_IS}{schema}"}}}
    return blueprint.doc(responses={str(status): {"description": "", "content": content}})


@blueprint.route("/documents", methods=["GET"])
@visits(rules.DOCUMENTS, page="documents")
@blueprint.arguments(PageQuery, location="query")
@_answers(200, "DocumentPage")
def get_documents(query: dict[str, Any]) -> Response:
    """The documents that are shared, newest first."""
    return _ask("", _given(query) | _OTHERS)


@blueprint.route("/documents", methods=["POST"])
@visits(rules.DOCUMENTS)
@blueprint.arguments(PortalUploadBody)
@_answers(201, "NewDocumentView")
def post_document(body: dict[str, Any]) -> Response:
    """Announce a file for the firm; the answer says where to put its bytes."""
    answer = _ask("", content=orjson.dumps({**body, "portal_visible": True}))
    answer.headers.pop("Location", None)
    return answer


@blueprint.route("/documents/<uuid:document_id>", methods=["GET"])
@visits(rules.DOCUMENTS, page="document")
@_answers(200, "DocumentView")
def get_document(document_id: uuid.UUID) -> Response:
    """One of them."""
    return _ask(f"/{document_id}", _OTHERS)


@blueprint.route("/documents/<uuid:document_id>/complete", methods=["POST"])
@in_lane(CHECKS)
@visits(rules.DOCUMENTS)
@_answers(200, "DocumentView")
def complete_document(document_id: uuid.UUID) -> Response:
    """The bytes are uploaded: have them checked."""
    content = request.get_data() or None
    return _ask(f"/{document_id}/complete", _OTHERS, content, CHECK_SECONDS)


@blueprint.route("/documents/<uuid:document_id>/download", methods=["GET"])
@visits(rules.DOCUMENTS)
@blueprint.response(302)
def download_document(document_id: uuid.UUID) -> Response:
    """A link to the bytes that expires shortly, as a redirect; that it was taken is an event."""
    return _ask(f"/{document_id}/download", _OTHERS)


@blueprint.route("/reports", methods=["GET"])
@visits(*sorted(rules.REPORTS), page="reports")
@blueprint.arguments(PageQuery, location="query")
@_answers(200, "DocumentPage")
def get_reports(query: dict[str, Any]) -> Response:
    """The reports that were made for the company, newest first."""
    return _ask("", _given(query) | _REPORTS)


@blueprint.route("/reports/<uuid:document_id>/download", methods=["GET"])
@visits(*sorted(rules.REPORTS))
@blueprint.response(302)
def download_report(document_id: uuid.UUID) -> Response:
    """A link to a report, as a redirect."""
    return _ask(f"/{document_id}/download", _REPORTS)


def newest(limit: int) -> list[Part]:
    """The newest documents and reports, asked for at once; those that are not shared are none."""
    scopes = visitor().scopes
    wanted = (
        ("documents", frozenset({rules.DOCUMENTS}), _OTHERS),
        ("reports", rules.REPORTS, _REPORTS),
    )
    return [
        Part(name, _start({"limit": limit, **which}) if scopes >= needed else None)
        for name, needed, which in wanted
    ]


def paper_link(document_id: uuid.UUID) -> Response:
    """A link to the PDF of an invoice: whoever sees the invoice may read it."""
    return _answer(_call(f"documents/{document_id}/download", DOCUMENTS_VIEW, INVOICES_VIEW))


def _ask(
    path: str,
    params: Mapping[str, Any] | None = None,
    content: bytes | None = None,
    limit_seconds: float = LIMIT_SECONDS,
) -> Response:
    found = _call(f"shared{path}", DOCUMENTS_SHARED)
    return _answer(replace(found, params=params, content=content, limit_seconds=limit_seconds))


def _start(params: Mapping[str, Any]) -> Any:
    call = replace(_call("shared", DOCUMENTS_SHARED), params=params)
    return partial(body_of, "documents", gateway().start(call))


def _call(path: str, *permissions: str) -> Call:
    me = visitor()
    identity = replace(me.identity, permissions=frozenset(permissions))
    path = f"/v1/clients/{me.client_id}/{path}"
    return Call("documents", request.method, path, identity, headers=request_headers())


def _answer(call: Call) -> Response:
    answer = gateway().ask(call)
    return Response(answer.content, answer.status_code, kept_headers(answer.headers))


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
