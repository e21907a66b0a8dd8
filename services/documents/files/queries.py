"""Reading documents, and taking the locks that order their commands.

The order of locks is the client's row, then the document, then the workspace's usage; a
consumer that erases a client takes them the same way.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, any_, func, or_, select, text, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.documents.files.errors import ClientGone, DocumentNotFound
from services.documents.files.models import (
    AVAILABLE,
    CHECKING,
    DELETED,
    DELETING,
    PENDING,
    QUARANTINED,
    REPORT,
    ClientAlias,
    ClientRef,
    Document,
    ErasedClient,
    OpenLink,
)
from shared.db.leases import is_over
from shared.security.permissions import INVOICES_VIEW

_WORKSPACES_WITH_WORK = text("SELECT workspaces_with_work()")
_WORKSPACES_WITH_ERASURES = text("SELECT workspaces_with_erasures()")
# A report is a paper: nobody makes one by uploading a file under that category.
_IS_REPORT = and_(Document.paper, Document.category == REPORT)
_KNOWN_KEYS = text("SELECT known_object_keys(CAST(:keys AS text[]))")


def lock_client(session: Session, workspace_id: uuid.UUID, client_id: uuid.UUID) -> None:
    """Take the client's row, making it if it is new; raises `ClientGone` for an erased one.

    Three statements on purpose: the last one's snapshot starts after the lock is held, so it
    sees an erasure that held the row before.
    """
    lock_ref(session, workspace_id, client_id)
    require_not_erased(session, client_id)


def lock_ref(session: Session, workspace_id: uuid.UUID, client_id: uuid.UUID) -> None:
    """Take the client's row whether or not the client was erased."""
    new = insert(ClientRef).values(workspace_id=workspace_id, client_id=client_id)
    session.execute(new.on_conflict_do_nothing())
    session.execute(
        select(ClientRef.client_id).where(ClientRef.client_id == client_id).with_for_update()
    )


def require_not_erased(session: Session, client_id: uuid.UUID) -> None:
    """Raise `ClientGone` for a client that was deleted."""
    if is_erased(session, client_id):
        raise ClientGone("The client was deleted, and its documents with it.")


def is_erased(session: Session, client_id: uuid.UUID) -> bool:
    """Whether the client was deleted."""
    return session.get(ErasedClient, client_id) is not None


def present_id(session: Session, client_id: uuid.UUID) -> uuid.UUID:
    """The id of the client that this one was merged into; its own if it was not."""
    return session.scalar(_target_of(client_id)) or client_id


def _target_of(client_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(ClientAlias.target_id).where(ClientAlias.client_id == client_id)


def sees_papers(permissions: Collection[str]) -> bool:
    """Whether papers may be seen: one says what the invoices say that it was made of."""
    return INVOICES_VIEW in permissions


def require_readable(
    session: Session, document_id: uuid.UUID, permissions: Collection[str]
) -> None:
    """Raise `DocumentNotFound` for one that whoever has these permissions may not know of."""
    hidden = select(Document.id).where(Document.id == document_id, ~_readable(permissions))
    if session.scalar(hidden) is not None:
        raise DocumentNotFound


def _readable(permissions: Collection[str]) -> ColumnElement[bool]:
    return true() if sees_papers(permissions) else ~Document.paper


def get_document(session: Session, client_id: uuid.UUID, document_id: uuid.UUID) -> Document:
    """A document that has not been deleted; raises `DocumentNotFound`."""
    return _found(session, client_id, document_id, select(Document))


def lock_document(session: Session, client_id: uuid.UUID, document_id: uuid.UUID) -> Document:
    """As `get_document`, locked; the client's row must be held already."""
    return _found(session, client_id, document_id, select(Document).with_for_update())


def _found(
    session: Session,
    client_id: uuid.UUID,
    document_id: uuid.UUID,
    statement: Select[Document],
) -> Document:
    document = session.scalar(
        statement.where(
            Document.id == document_id,
            # A request that began before a merge names the client by the id it had.
            or_(
                Document.client_id == client_id,
                Document.client_id == _target_of(client_id).scalar_subquery(),
            ),
            Document.status != DELETED,
        )
    )
    if document is None:
        raise DocumentNotFound
    return document


def documents_of(
    client_id: uuid.UUID, permissions: Collection[str], status: str | None, category: str | None
) -> Select[Document]:
    """A client's documents that these permissions let see, deleted ones left out unless they
    are asked for."""
    statement = select(Document).where(Document.client_id == client_id, _readable(permissions))
    statement = statement.where(Document.status == status if status else Document.status != DELETED)
    return statement.where(Document.category == category) if category else statement


def shared_documents(client_id: uuid.UUID, *, reports: bool) -> Select[Document]:
    """What the portal shows of a client's documents: the reports, or all but papers."""
    return select(Document).where(
        Document.client_id == client_id,
        Document.portal_visible,
        Document.status.in_((CHECKING, AVAILABLE)),
        _IS_REPORT if reports else ~Document.paper,
    )


def get_shared(
    session: Session, client_id: uuid.UUID, document_id: uuid.UUID, *, reports: bool
) -> Document:
    """A document that the portal shows, or will once it is there; raises `DocumentNotFound`."""
    meant = _IS_REPORT if reports else ~Document.paper
    statement = select(Document).where(Document.portal_visible, meant)
    return _found(session, client_id, document_id, statement)


def search_documents(
    session: Session, permissions: Collection[str], typed: str, most: int
) -> Sequence[Document]:
    """The documents whose title, file name and category have words that begin so, newest first;
    fewer where some of them may not be seen with these permissions."""
    matches = Document.id.in_(select(func.document_matches(typed, most)))
    statement = select(Document).where(matches, _readable(permissions))
    return session.scalars(statement.order_by(Document.id.desc())).all()


def expiring_documents(
    session: Session, first: date, last: date, after: uuid.UUID | None
) -> Sequence[Document]:
    """Available documents of this workspace that expire between two days, in the order of ids;
    a hundred at most."""
    wanted = select(Document).where(
        Document.status == AVAILABLE, Document.expires_on.between(first, last)
    )
    if after is not None:
        wanted = wanted.where(Document.id > after)
    return session.scalars(wanted.order_by(Document.id).limit(100)).all()


def next_due_check(session: Session) -> Document | None:
    """The check of this workspace that has waited longest and is nobody's, locked."""
    return session.scalar(
        select(Document)
        .where(
            Document.status == CHECKING,
            text(is_over("lease_until", "interval '3 minutes'")),
        )
        .order_by(Document.updated_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def abandoned_uploads(session: Session, limit: int) -> Sequence[Document]:
    """Uploads of this workspace that nobody completed in time."""
    return session.scalars(
        select(Document)
        .where(Document.status == PENDING, Document.abandoned_at < func.clock_timestamp())
        .limit(limit)
    ).all()


def documents_to_remove(session: Session, limit: int) -> Sequence[Document]:
    """Documents of this workspace whose objects are to go, but for those left alone for now."""
    return session.scalars(
        select(Document)
        .where(
            Document.status == DELETING,
            text(is_over("lease_until", "interval '2 hours'")),
        )
        .order_by(Document.updated_at)
        .limit(limit)
    ).all()


def holdings_of(session: Session, client_id: uuid.UUID) -> dict[str, int]:
    """How many documents a client has, the bytes they take in the store, and how many of them
    the store refuses to remove: `{documents, bytes, refused}`."""
    stored = func.sum(Document.size).filter(Document.status != QUARANTINED)
    refused = func.count().filter(Document.status == DELETING, Document.attempts > 0)
    statement = select(
        func.count().label("documents"),
        func.coalesce(stored, 0).label("bytes"),
        refused.label("refused"),
    ).where(Document.client_id == client_id, Document.status != DELETED)
    found = session.execute(statement).mappings().one()
    return {name: int(number) for name, number in found.items()}


def next_erasure(session: Session) -> ErasedClient | None:
    """An erasure of this workspace that has left no document to be removed, held."""
    left = select(Document.id).where(
        or_(
            Document.client_id == ErasedClient.client_id,
            Document.client_id == any_(ErasedClient.aliases),
        )
    )
    return session.scalar(
        select(ErasedClient)
        .where(ErasedClient.reported_at.is_(None), ~left.exists())
        .order_by(ErasedClient.erased_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def expired_links(session: Session) -> Sequence[OpenLink]:
    """Links of this workspace that nobody can write to any more."""
    return session.scalars(
        select(OpenLink).where(OpenLink.expires_at < func.clock_timestamp()).limit(100)
    ).all()


def workspaces_with_erasures(session: Session) -> Sequence[uuid.UUID]:
    """Every workspace where an erasure is under way, or an open link has expired."""
    return session.scalars(_WORKSPACES_WITH_ERASURES).all()


def workspaces_with_work(session: Session) -> Sequence[uuid.UUID]:
    """Every workspace where a check, a removal or an abandoned upload waits."""
    return session.scalars(_WORKSPACES_WITH_WORK).all()


def known_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these object keys belong to a document, in whichever workspace."""
    return set(session.scalars(_KNOWN_KEYS, {"keys": list(keys)}))
