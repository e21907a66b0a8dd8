"""Reading mail to clients, its wordings and its stops."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.clients.correspondence.errors import MailNotFound
from services.clients.correspondence.models import MailStop, MailWording
from services.clients.mail.models import Mail
from shared.http.paging import Page, Sort, page
from shared.unit_of_work import UnitOfWork

_FILTERS = ("client_id", "state", "kind")


def wording_of(session: Session, kind: str) -> MailWording | None:
    """How the workspace words a kind; None where it has not said."""
    return session.scalar(select(MailWording).where(MailWording.kind == kind))


def wordings(session: Session) -> dict[str, MailWording]:
    """All that the workspace words itself, by kind."""
    return {each.kind: each for each in session.scalars(select(MailWording))}


def stops_of(session: Session, client_id: uuid.UUID) -> Sequence[MailStop]:
    """The addresses that get no more mail about a client, the latest first."""
    mine = select(MailStop).where(MailStop.client_id == client_id)
    return session.scalars(mine.order_by(MailStop.stopped_at.desc())).all()


def list_mails(
    uow: UnitOfWork, filters: Mapping[str, Any], cursor: str | None, limit: int, *, of_users: bool
) -> Page:
    """A page of the workspace's mail, the newest first; that to its users where wanted."""
    statement = _seen(of_users)
    for name in _FILTERS:
        if filters.get(name) is not None:
            statement = statement.where(getattr(Mail, name) == filters[name])
    return page(
        uow.session,
        uow.vault,
        statement,
        [Sort(Mail.id, descending=True)],
        scope=f"mails {of_users} {sorted(filters.items(), key=str)}",
        cursor=cursor,
        limit=limit,
    )


def get_mail(
    session: Session, mail_id: uuid.UUID, *, of_users: bool = False, lock: bool = False
) -> Mail:
    """A mail; raises `MailNotFound`."""
    wanted = _seen(of_users).where(Mail.id == mail_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise MailNotFound
    return found


def _seen(of_users: bool) -> Select[Mail]:
    return select(Mail) if of_users else select(Mail).where(Mail.client_id.is_not(None))
