"""Writing mail down, claiming it for an attempt, and noting what came of that."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Engine, delete, func, text, update

from services.clients.mail import queries, rules
from services.clients.mail.models import (
    GIVEN_UP,
    MAILS_KEPT,
    REFUSED,
    SENT,
    WITHHELD,
    Mail,
)
from shared.clock import now
from shared.ids import uuid7
from shared.registry import Registry
from shared.unit_of_work import UnitOfWork

_SEALED_FOR = "clients.mail"
_PROBLEM_LENGTH = 500
_PURGED_AT_ONCE = 5_000
_PURGE = text("SELECT purge_mails(:before, :most)")
#: The rows of a client that go with it.
TABLES = {"mails": "client_id = :id"}


@dataclass(frozen=True, slots=True)
class Guard:
    """Asked in the transaction in which a mail to a client is claimed: why it may not leave now,
    or None."""

    name: str
    why_not: Callable[[UnitOfWork, Mail], str | None]


GUARDS: Registry[Guard] = Registry("guards of mail to clients")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A mail that is ours to try."""

    mail_id: uuid.UUID
    kind: str
    recipient: str
    written_at: datetime
    words: Mapping[str, Any]
    secret: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """On what a mail is sent.

    Not after `good_until`, and only the first with one `dedupe_key`. To a client, the guards are
    asked first. Unless it is `secret` its words stay, so that it can be sent again.
    """

    good_until: datetime | None = None
    dedupe_key: str | None = None
    client_id: uuid.UUID | None = None
    secret: bool = True


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
    return _added(uow, kind, recipient, words, Terms(good_until)).id


def queue_once(
    uow: UnitOfWork, kind: str, recipient: str, words: Mapping[str, Any], terms: Terms
) -> uuid.UUID | None:
    """The same on these terms; None where there is a mail with the same key."""
    if terms.dedupe_key is not None and _is_written(uow, terms.dedupe_key):
        return None
    return _added(uow, kind, recipient, words, terms).id


def _is_written(uow: UnitOfWork, key: str) -> bool:
    """Of two that write the same mail at once, the second waits here for the first."""
    uow.flush()
    uow.take_turn(key)
    return queries.is_written(uow.session, key)


def _added(
    uow: UnitOfWork, kind: str, recipient: str, words: Mapping[str, Any], terms: Terms
) -> Mail:
    moment = now()
    mail = Mail(
        id=uuid7(),
        workspace_id=uow.workspace_id,
        client_id=terms.client_id,
        kind=kind,
        recipient=recipient,
        dedupe_key=terms.dedupe_key,
        secret=terms.secret,
        sealed=uow.vault.encrypt(orjson.dumps(words), _SEALED_FOR),
        next_at=moment,
        good_until=terms.good_until,
        created_at=moment,
    )
    uow.session.add(mail)
    return mail


def words_of(uow: UnitOfWork, mail: Mail) -> dict[str, Any] | None:
    """What its templates are filled with; None where that was secret and is gone."""
    if mail.sealed is None:
        return None
    words: dict[str, Any] = orjson.loads(uow.vault.decrypt(mail.sealed, _SEALED_FOR))
    return words


def claim_mail(uow: UnitOfWork, mail_id: uuid.UUID) -> Attempt | None:
    """Take a mail for an attempt of ours; None if it is no longer due, or may not leave.

    The attempt before may have broken off after the server had taken the mail: that is counted.
    """
    mail = queries.due_mail(uow, mail_id)
    words = None if mail is None else words_of(uow, mail)
    if mail is None or words is None:
        return None
    if mail.good_until is not None and mail.good_until <= now():
        _finish(mail, GIVEN_UP, mail.problem or "It would have come too late.")
        return None
    if mail.attempts > len(rules.PAUSES):
        _finish(mail, GIVEN_UP, mail.problem or "Sending it broke off each time.")
        return None
    if (reason := _why_not(uow, mail)) is not None:
        _finish(mail, WITHHELD, reason)
        return None
    if mail.attempts and mail.problem is None:
        mail.repeated += 1
    mail.attempts += 1
    mail.problem = None
    mail.next_at = cast(Any, func.clock_timestamp() + rules.LEASE)
    return Attempt(mail.id, mail.kind, mail.recipient, mail.created_at, words, mail.secret)


def _why_not(uow: UnitOfWork, mail: Mail) -> str | None:
    if mail.client_id is None:
        return None
    reasons = (guard.why_not(uow, mail) for guard in GUARDS)
    return next((reason for reason in reasons if reason is not None), None)


def note_said(uow: UnitOfWork, mail_id: uuid.UUID, subject: str, body: str) -> None:
    """Keep what the mail says, as it is handed over."""
    mail = _held(uow, mail_id)
    mail.subject, mail.body = subject, body


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


def note_waits(uow: UnitOfWork, mail_id: uuid.UUID, problem: str, wait: rules.Wait) -> None:
    """It could not be tried, through no fault of its own: for a while that is no attempt."""
    mail = _held(uow, mail_id)
    if now() - mail.created_at > wait.patience:
        note_not_taken(uow, mail_id, problem)
        return
    mail.attempts -= 1
    mail.problem = problem[:_PROBLEM_LENGTH]
    mail.next_at = now() + wait.pause


def move_client_mail(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Give a client's mail to the one that it is merged into."""
    moved = update(Mail).where(Mail.client_id == source_id).values(client_id=target_id)
    uow.session.execute(moved)


def remove_client_mail(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Delete what was written to the client."""
    uow.session.execute(delete(Mail).where(Mail.client_id == client_id))


def purge_mails(engine: Engine) -> int:
    """Delete some mail that was finished long ago, of whichever workspace; returns how many."""
    given = {"before": now() - MAILS_KEPT, "most": _PURGED_AT_ONCE}
    with engine.begin() as connection:
        return int(connection.scalar(_PURGE, given) or 0)


def _held(uow: UnitOfWork, mail_id: uuid.UUID) -> Mail:
    return uow.session.get_one(Mail, mail_id, with_for_update=True)


def _finish(mail: Mail, state: str, problem: str | None) -> None:
    mail.state, mail.finished_at = state, now()
    if mail.secret:
        mail.sealed = None
    mail.problem = None if problem is None else problem[:_PROBLEM_LENGTH]
