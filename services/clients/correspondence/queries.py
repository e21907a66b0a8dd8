"""Reading mail to clients, its wordings and its stops."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from services.clients.correspondence.errors import MailNotFound
from services.clients.correspondence.models import MailStop, MailWording
from services.clients.correspondence.rules.kinds import KINDS
from services.clients.mail.models import Mail
from shared.http.paging import Page, Sort, page
from shared.security.permissions import USERS_MANAGE
from shared.unit_of_work import UnitOfWork

_AT_ONCE = 50
_TO_REMIND = text("SELECT workspace_id, id, days FROM invoices_to_remind(:moment, :most)")
# The last day of the calendar begins, in some zones, at a moment that is none of it any more.
_NEXT_REMINDER = text(
    """
    SELECT min((i.due_on + d.days)::timestamp AT TIME ZONE w.time_zone)
    FROM invoices AS i CROSS JOIN workspaces AS w, unnest(w.reminder_days) AS d (days)
    WHERE i.status IN ('issued', 'partially_paid') AND i.due_on + d.days > CAST(:today AS date)
      AND i.due_on + d.days < DATE '9999-12-31'
      AND coalesce(i.reminded_days, -1) < d.days
    """
)
_TO_NOTIFY = text("SELECT workspaces_to_notify()")
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


def list_mails(uow: UnitOfWork, query: Mapping[str, Any], permissions: Collection[str]) -> Page:
    """A page of the workspace's mail that these permissions let see, the newest first."""
    statement = _seen(permissions)
    filters = {name: query[name] for name in _FILTERS}
    for name, value in filters.items():
        if value is not None:
            statement = statement.where(getattr(Mail, name) == value)
    return page(
        uow.session,
        uow.vault,
        statement,
        [Sort(Mail.id, descending=True)],
        scope=f"mails {sorted(permissions)} {sorted(filters.items(), key=str)}",
        cursor=query["cursor"],
        limit=query["limit"],
    )


def get_mail(
    session: Session, mail_id: uuid.UUID, permissions: Collection[str], *, lock: bool = False
) -> Mail:
    """A mail that these permissions let see; raises `MailNotFound`."""
    wanted = _seen(permissions).where(Mail.id == mail_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise MailNotFound
    return found


def _seen(permissions: Collection[str]) -> Select[Mail]:
    hidden = [kind.name for kind in KINDS.values() if kind.shows not in {None, *permissions}]
    seen = select(Mail).where(Mail.kind.not_in(hidden))
    return seen if USERS_MANAGE in permissions else seen.where(Mail.client_id.is_not(None))


def invoices_to_remind(
    session: Session, moment: datetime
) -> list[tuple[uuid.UUID, uuid.UUID, int]]:
    """Some invoices of which to remind at a moment: whose, which, for how many days overdue."""
    found = session.execute(_TO_REMIND, {"moment": moment, "most": _AT_ONCE})
    return [tuple(row) for row in found]


def last_written(session: Session, kind: str) -> tuple[datetime, int] | None:
    """When the last mail of a kind was written, and how many of it on the day before that."""
    latest = session.scalar(select(func.max(Mail.created_at)).where(Mail.kind == kind))
    if latest is None:
        return None
    since = (Mail.kind == kind, Mail.created_at > latest - timedelta(days=1))
    return latest, session.scalar(select(func.count()).select_from(Mail).where(*since)) or 0


def workspaces_to_notify(session: Session) -> list[uuid.UUID]:
    """Where there is a client who gets mail."""
    return list(session.scalars(_TO_NOTIFY))


def next_reminder(session: Session, today: date) -> datetime | None:
    """When the next reminder of what is open falls due, from a day on."""
    found: datetime | None = session.scalar(_NEXT_REMINDER, {"today": today})
    return found
