"""Writing mail down, claiming it for an attempt, and noting what came of that."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Engine, text

from services.clients.mail import queries, rules
from services.clients.mail.models import GIVEN_UP, MAILS_KEPT, REFUSED, SENT, Mail
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

#: Nobody else tries a mail that is being tried for so long; the server's time is up before.
LEASE = timedelta(seconds=120)

_SEALED_FOR = "clients.mail"
_PROBLEM_LENGTH = 500
_PURGED_AT_ONCE = 5_000
_PURGE = text("SELECT purge_mails(:before, :most)")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A mail that is ours to try."""

    mail_id: uuid.UUID
    kind: str
    recipient: str
    written_at: datetime
    words: Mapping[str, Any]


def queue_mail(
    uow: UnitOfWork,
    kind: str,
    recipient: str,
    words: Mapping[str, Any],
    *,
    good_until: datetime | None = None,
) -> uuid.UUID:
    """Have a mail sent once this transaction is committed; it is not sent after `good_until`.

    `words` fill the templates of its kind. They are kept sealed, and only until it is sent.
    """
    moment = now()
    mail = Mail(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        kind=kind,
        recipient=recipient,
        sealed=uow.vault.encrypt(orjson.dumps(words), _SEALED_FOR),
        next_at=moment,
        good_until=good_until,
        created_at=moment,
    )
    uow.session.add(mail)
    return mail.id


def claim_mail(uow: UnitOfWork, mail_id: uuid.UUID) -> Attempt | None:
    """Take a mail for an attempt of ours; None if it is no longer due.

    The attempt before may have broken off after the server had taken the mail: that is counted.
    """
    mail = queries.due_mail(uow, mail_id)
    if mail is None or mail.sealed is None:
        return None
    if mail.good_until is not None and mail.good_until <= now():
        _finish(mail, GIVEN_UP, mail.problem or "It would have come too late.")
        return None
    if mail.attempts and mail.problem is None:
        mail.repeated += 1
    mail.attempts += 1
    mail.problem = None
    mail.next_at = now() + LEASE
    words = orjson.loads(uow.vault.decrypt(mail.sealed, _SEALED_FOR))
    return Attempt(mail.id, mail.kind, mail.recipient, mail.created_at, words)


def note_sent(uow: UnitOfWork, mail_id: uuid.UUID) -> None:
    """The server has taken it."""
    _finish(_held(uow, mail_id), SENT, None)


def note_refused(uow: UnitOfWork, mail_id: uuid.UUID, problem: str) -> None:
    """The server will not take it, whenever it is tried."""
    _finish(_held(uow, mail_id), REFUSED, problem)


def note_not_taken(uow: UnitOfWork, mail_id: uuid.UUID, problem: str) -> None:
    """The server did not take it this time."""
    mail = _held(uow, mail_id)
    pause = rules.pause_after(mail.attempts)
    if pause is None:
        _finish(mail, GIVEN_UP, problem)
        return
    mail.problem = problem[:_PROBLEM_LENGTH]
    mail.next_at = now() + pause


def purge_mails(engine: Engine) -> int:
    """Delete some mail that was finished long ago, of whichever workspace; returns how many."""
    given = {"before": now() - MAILS_KEPT, "most": _PURGED_AT_ONCE}
    with engine.begin() as connection:
        return int(connection.scalar(_PURGE, given) or 0)


def _held(uow: UnitOfWork, mail_id: uuid.UUID) -> Mail:
    return uow.session.get_one(Mail, mail_id, with_for_update=True)


def _finish(mail: Mail, state: str, problem: str | None) -> None:
    mail.state, mail.finished_at, mail.sealed = state, now(), None
    mail.problem = None if problem is None else problem[:_PROBLEM_LENGTH]
