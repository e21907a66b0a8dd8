"""Papers as they are answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.clients.printing.models import Paper
from shared.clock import rfc3339


class PaperView(Schema):
    """A PDF that was asked for: the document that it is, what made it, and its hash."""

    version = fields.Integer()
    document_id = fields.UUID(allow_none=True, metadata={"description": "Null until it is made."})
    file_name = fields.String()
    layout = fields.String(metadata={"example": "invoice 1"})
    engine = fields.String(allow_none=True, metadata={"example": "typst 0.15.2"})
    sha256 = fields.String(allow_none=True)
    job_id = fields.UUID()
    created_at = fields.DateTime()
    printed_at = fields.DateTime(allow_none=True)


class PaperList(Schema):
    """All PDFs of something, the newest first."""

    data = fields.List(fields.Nested(PaperView))


def present_paper(paper: Paper) -> dict[str, Any]:
    """As `PaperView`."""
    return {
        "version": paper.version,
        "document_id": str(paper.id) if paper.printed_at else None,
        "file_name": paper.file_name,
        "layout": paper.layout,
        "engine": paper.engine,
        "sha256": paper.sha256,
        "job_id": str(paper.job_id),
        "created_at": rfc3339(paper.created_at),
        "printed_at": paper.printed_at and rfc3339(paper.printed_at),
    }
