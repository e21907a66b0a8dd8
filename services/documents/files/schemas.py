"""Documents over HTTP: what may be sent and how they look."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.documents.files.models import (
    CATEGORY_LENGTH,
    DEFAULT_CATEGORY,
    DELETED,
    STATES,
    Document,
)
from services.documents.files.operations.uploads import UploadLinks
from shared.clock import rfc3339
from shared.http.fields import Day, Rule, flag, line, required_line
from shared.http.schemas import Coded, StrictSchema, page_of
from shared.storage.store import Part
from shared.values import text
from shared.values.file_names import file_name

_MAX_SIZE = 2**53
_MAX_PARTS = 10_000
_UPLOAD_TYPE = "application/octet-stream"


_SHA256 = validate.Regexp(
    r"[0-9a-fA-F]{64}\Z", error=Coded("not_a_sha256", "64 hexadecimal digits.")
)
_CONTENT_TYPE = validate.Regexp(
    r"[A-Za-z0-9_.+-]{1,100}/[A-Za-z0-9_.+-]{1,100}(;[ -~]{0,100})?\Z",
    error=Coded("not_a_content_type", "A media type such as application/pdf."),
)


def _category() -> Rule:
    """What a workspace's list of categories holds is for the clients service to know."""
    return Rule(
        text.visible(text.line(), "length"),
        nullable=False,
        validate=validate.Length(1, CATEGORY_LENGTH),
        description="One of the workspace's list.",
        examples=["contract"],
    )


class _Details(StrictSchema):
    title = line(200)
    category = _category()
    expires_on = Day(allow_none=True)
    portal_visible: fields.Field[Any] = flag()


class NewDocumentBody(_Details):
    """A file that is about to be uploaded. `content_type` is taken note of and no more: the
    type is read from the bytes."""

    file_name = Rule(file_name, nullable=False, required=True)
    size = fields.Integer(
        required=True, strict=True, validate=[validate.Range(min=1), validate.Range(max=_MAX_SIZE)]
    )
    content_type = fields.String(allow_none=True, validate=_CONTENT_TYPE)
    sha256 = fields.String(allow_none=True, validate=_SHA256)

    @post_load
    def complete(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fill in what was left out."""
        sha256 = data.get("sha256")
        nothing = dict.fromkeys(("title", "expires_on", "content_type"))
        defaults = {**nothing, "category": DEFAULT_CATEGORY}
        return {**defaults, **data, "sha256": sha256.lower() if sha256 else None}


class DocumentChanges(_Details):
    """A merge patch of a document's details."""


class PartBody(StrictSchema):
    """A part as it was uploaded: its number and the ETag that the store answered."""

    number = fields.Integer(required=True, strict=True, validate=validate.Range(1, _MAX_PARTS))
    etag = required_line(200, minLength=1, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Part:
        """As the store wants it."""
        return Part(data["number"], data["etag"])


class CompleteBody(StrictSchema):
    """The parts, for an upload in parts; left out, those that have arrived are taken."""

    parts = fields.List(
        fields.Nested(PartBody), load_default=list, validate=validate.Length(max=_MAX_PARTS)
    )


class DocumentQuery(StrictSchema):
    """Filters and page of a client's documents."""

    status = fields.String(validate=validate.OneOf([s for s in STATES if s != DELETED]))
    category = _category()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String()


class WhichShared(StrictSchema):
    """Which of the documents that the portal shows: the reports, or the others."""

    reports = fields.Boolean(load_default=False)


class SharedQuery(WhichShared):
    """A page of them."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String()


class MadeQuery(_Details):
    """What is said of a file that another service has made."""

    file_name = Rule(file_name, nullable=False, required=True)
    category = _category()
    # A query has no true and false of its own.
    portal_visible: fields.Field[Any] = fields.Boolean()


class SearchQuery(StrictSchema):
    """What the façade looks for, in the documents of all clients."""

    q = fields.String(required=True, validate=validate.Length(1, 200))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 200))


class ExpiringQuery(StrictSchema):
    """Which days the clients service asks about, and after which document it goes on."""

    first = Day(required=True)
    last = Day(required=True)
    after = fields.UUID(load_default=None)


class RefusalView(Schema):
    """Why a file was not taken."""

    code = fields.String()
    detail = fields.String()


class DocumentView(Schema):
    """A document. Until it is available, type, size and hash are what was announced; `marks`
    warn of a password, of data past the end of the file, of files inside it."""

    id = fields.UUID()
    client_id = fields.UUID()
    status = fields.String(validate=validate.OneOf(STATES))
    file_name = fields.String()
    title = fields.String(allow_none=True)
    category = fields.String()
    content_type = fields.String(allow_none=True)
    size = fields.Integer()
    sha256 = fields.String(allow_none=True)
    pages = fields.Integer(allow_none=True)
    marks = fields.List(fields.String())
    refusal = fields.Nested(RefusalView, allow_none=True)
    expires_on = fields.Date(allow_none=True)
    portal_visible: fields.Field[Any] = fields.Boolean()
    paper = fields.Boolean(
        metadata={"description": "Made of the client's invoices: for those who may view them."}
    )
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class PartLinkView(Schema):
    """Where one part goes."""

    number = fields.Integer()
    url = fields.URL()


class UploadView(Schema):
    """Where the bytes go: one address, or `parts` of `part_size` bytes each, the last one
    shorter."""

    method = fields.String()
    url = fields.URL()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    part_size = fields.Integer()
    parts = fields.List(fields.Nested(PartLinkView))
    expires_at = fields.DateTime()


class NewDocumentView(DocumentView):
    """A document whose file is awaited, and where to put it."""

    upload = fields.Nested(UploadView)


#: A page of documents, newest first.
DocumentPage = page_of(DocumentView, "DocumentPage")


def present(document: Document) -> dict[str, Any]:
    """A document as its public answer."""
    return {
        "id": str(document.id),
        "client_id": str(document.client_id),
        "status": document.status,
        "file_name": document.file_name,
        "title": document.title,
        "category": document.category,
        "content_type": document.content_type,
        "size": document.size,
        "sha256": document.sha256,
        "pages": document.pages,
        "marks": document.marks,
        "refusal": document.refusal,
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "portal_visible": document.portal_visible,
        "paper": document.paper,
        "version": document.version,
        "created_at": rfc3339(document.created_at),
        "updated_at": rfc3339(document.updated_at),
    }


def present_upload(links: UploadLinks) -> dict[str, Any]:
    """Where the bytes go, as its public answer.

    The type stored with the bytes is always the neutral one: what was announced is not
    known to be true, and a download carries the type that was found.
    """
    common = {
        "method": "PUT",
        "headers": {"Content-Type": _UPLOAD_TYPE},
        "expires_at": rfc3339(links.expires_at),
    }
    if links.url is not None:
        return {**common, "url": links.url}
    parts = [{"number": part.number, "url": part.url} for part in links.parts]
    return {**common, "part_size": links.part_size, "parts": parts}
