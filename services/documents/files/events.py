"""What documents announce, in the words of the contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.documents.files.models import Document, ErasedClient
from shared.messaging.envelope import Event


def snapshot(document: Document) -> dict[str, Any]:
    """A document as events show it."""
    return {
        "id": str(document.id),
        "client_id": str(document.client_id),
        "file_name": document.file_name,
        "title": document.title,
        "category": document.category,
        "content_type": document.content_type,
        "size": document.size,
        "sha256": document.sha256,
        "pages": document.pages,
        "status": document.status,
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "portal_visible": document.portal_visible,
        "version": document.version,
    }


def document_added(document: Document) -> Event:
    """It passed its check and can be downloaded."""
    return _event("added", document)


def document_refused(document: Document, reason: str) -> Event:
    """It failed its check; `reason` is the code of the problem."""
    return _event("refused", document, reason=reason)


def document_updated(document: Document, changes: Sequence[Mapping[str, Any]]) -> Event:
    """Its details were changed."""
    return _event("updated", document, changes=list(changes))


def document_downloaded(document: Document) -> Event:
    """A link to its bytes was handed out."""
    return _event("downloaded", document)


def document_deleted(document: Document) -> Event:
    """It and its bytes are gone."""
    return _event("deleted", document)


def client_erased(erasure: ErasedClient, number: int) -> Event:
    """All documents of a deleted client are gone, and their bytes; said for the `number`th time,
    as a client that comes back from a backup may be deleted again."""
    counts = {"documents": erasure.documents, "bytes": erasure.bytes}
    return Event(
        type="documents.client.erased.v1",
        subject=f"client/{erasure.client_id}",
        aggregate_version=number,
        client_id=erasure.client_id,
        data={"client": {"id": str(erasure.client_id)}, "counts": counts},
    )


def _event(fact: str, document: Document, **data: Any) -> Event:
    """Papers have types of their own: who may see an event is decided by its type."""
    kind = "paper" if document.paper else "document"
    return Event(
        type=f"documents.{kind}.{fact}.v1",
        subject=f"document/{document.id}",
        aggregate_version=document.event_version,
        client_id=document.client_id,
        data={**data, "document": snapshot(document)},
    )
