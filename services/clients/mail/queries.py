"""Which mail is due."""

from __future__ import annotations

import uuid

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.clients.mail import rules
from services.clients.mail.models import QUEUED, Mail
from shared.db.leases import is_over
from shared.unit_of_work import UnitOfWork

_AT_ONCE = 20
_SECONDS = ", ".join(str(int(pause.total_seconds())) for pause in rules.PAUSES)
# Twice as long as a mail that was tried so often waits, or is being tried, whichever is longer.
_LONGEST = f"""
    make_interval(secs => 2 * greatest({int(rules.LEASE.total_seconds())},
                                       (ARRAY[{_SECONDS}])[attempts]))
"""
_IS_DUE = text(is_over("next_at", _LONGEST))
_TO_SEND = text("SELECT workspace_id, id FROM mails_to_send(:most)")


def mails_to_send(session: Session) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Some mail that is due, of whichever workspace: whose and which."""
    return [tuple(row) for row in session.execute(_TO_SEND, {"most": _AT_ONCE})]


def due_mail(uow: UnitOfWork, mail_id: uuid.UUID) -> Mail | None:
    """A mail, held, if it is still due and no one else holds it; by a clock that was set back it is
    due as well."""
    is_due = (Mail.id == mail_id, Mail.state == QUEUED, _IS_DUE)
    return uow.session.scalar(select(Mail).where(*is_due).with_for_update(skip_locked=True))


def is_written(session: Session, dedupe_key: str) -> bool:
    """Whether there is a mail with this key."""
    return session.scalar(select(Mail.id).where(Mail.dedupe_key == dedupe_key)) is not None
