"""Reading drafts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.clients.drafts.errors import DraftNotFound, DraftSubmitted
from services.clients.drafts.models import DRAFT_CONTEXT, DRAFT_LIFETIME, ClientDraft, Draft
from services.clients.records.models.record import CLIENTS
from shared.clock import now
from shared.http.paging import Page, Sort, page
from shared.unit_of_work import UnitOfWork


def get_draft(uow: UnitOfWork, draft_id: uuid.UUID) -> Draft:
    """The draft; raises `DraftNotFound`."""
    draft = _find_draft(uow, draft_id)
    if draft is None:
        raise DraftNotFound
    return draft


def require_draft(uow: UnitOfWork, draft_id: uuid.UUID, *, for_update: bool = False) -> Draft:
    """The draft that something is to be done with, held if it is to be changed.

    Raises `DraftNotFound`, or `DraftSubmitted` where it is a client by now.
    """
    draft = _find_draft(uow, draft_id, for_update=for_update)
    if draft is not None:
        return draft
    if uow.session.scalar(select(CLIENTS.c.id).where(CLIENTS.c.id == draft_id)) is not None:
        raise DraftSubmitted(draft_id)
    raise DraftNotFound


def _find_draft(uow: UnitOfWork, draft_id: uuid.UUID, *, for_update: bool = False) -> Draft | None:
    statement = select(ClientDraft).where(ClientDraft.id == draft_id, _is_kept())
    row = uow.session.scalar(statement.with_for_update() if for_update else statement)
    return None if row is None else _opened(uow, row)


def list_drafts(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of drafts, the last saved first."""
    found = page(
        uow.session,
        uow.vault,
        select(ClientDraft).where(_is_kept()),
        [Sort(ClientDraft.updated_at, descending=True), Sort(ClientDraft.id, descending=True)],
        scope="client-drafts",
        cursor=cursor,
        limit=limit,
    )
    return Page([_opened(uow, row) for row in found.rows], found.next)


def workspaces_with_old_drafts(session: Session) -> Sequence[uuid.UUID]:
    """Every workspace where a draft has expired."""
    before = now() - DRAFT_LIFETIME
    return session.scalars(select(func.workspaces_with_old_drafts(before))).all()


def _is_kept() -> ColumnElement[bool]:
    return ClientDraft.updated_at > now() - DRAFT_LIFETIME


def _opened(uow: UnitOfWork, row: ClientDraft) -> Draft:
    return Draft(row, orjson.loads(uow.vault.decrypt(row.steps, DRAFT_CONTEXT)))
