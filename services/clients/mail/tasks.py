"""The job that sends mail: claimed in one transaction, handed over outside any, noted in another.

Killed between the server's yes and the note, it sends the mail again once the claim is over,
under the same Message-ID, and counts that.

Where the server is away a run ends with its first mail, which it costs no attempt, and for a while
no other is claimed.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from celery import Celery

from services.clients.gateway.breaker import Admission, Breaker
from services.clients.mail import operations, queries, rules
from services.clients.mail.operations import Attempt
from shared.errors import Unavailable
from shared.failpoints import failpoint
from shared.housekeeping import RUN_SECONDS, each_by_itself, repeated
from shared.http.service_client import service_client
from shared.logging import get_logger
from shared.mailer import Mailer, MailNotTaken, MailRefused, ServerAway
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import DOCUMENTS_VIEW, INVOICES_VIEW
from shared.unit_of_work import UnitOfWork
from shared.worker import job

_log = get_logger(__name__)

_PATIENCE_SECONDS = 15.0


class _NotMade(Exception):
    """What goes with the mail cannot be had yet."""


class _CannotSend(Unavailable):
    """The other mails would fare no better than the one that was tried."""


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""
    breaker = a_breaker()

    @job(app, "clients.send_mail")
    def send() -> None:
        send_mail(runtime, breaker)

    @job(app, "clients.purge_mail")
    def purge() -> None:
        deadline = time.monotonic() + RUN_SECONDS
        repeated(lambda: operations.purge_mails(runtime.app_engine), deadline)


def a_breaker() -> Breaker:
    """What a process knows of the server."""
    return Breaker(retry_seconds=rules.FOR_SERVER.pause.total_seconds())


def send_mail(runtime: Runtime, breaker: Breaker | None = None) -> int:
    """Try what is due; returns how many were tried, 0 where the server was found to be away."""
    breaker = breaker or a_breaker()
    if breaker.admits() is Admission.TURN_AWAY:
        return 0
    until = time.monotonic() + RUN_SECONDS

    def some() -> int:
        due = runtime.across_workspaces(queries.mails_to_send)
        return each_by_itself(due, lambda one: _try(runtime, *one), until)

    try:
        tried = repeated(some, until)
    except _CannotSend:
        breaker.failed()
        return 0
    breaker.succeeded()
    return tried


def _try(runtime: Runtime, workspace_id: uuid.UUID, mail_id: uuid.UUID) -> bool:
    origin = runtime.own_origin(workspace_id)
    with runtime.unit_of_work(origin) as uow:
        attempt = operations.claim_mail(uow, mail_id)
    if attempt is None:
        return False
    words = _with_links(runtime.settings.web_url, attempt.words)
    problem = _hand_over(runtime, origin, attempt, words)
    failpoint("mail.after_sent")
    with runtime.unit_of_work(origin) as uow:
        _note(uow, attempt, words, problem)
    if isinstance(problem, ServerAway):
        raise _CannotSend(str(problem))
    return True


def _hand_over(
    runtime: Runtime, origin: Origin, attempt: Attempt, words: Mapping[str, Any]
) -> Exception | None:
    """None once the server has taken it, else why not."""
    try:
        message = rules.compose(
            attempt.mail_id,
            attempt.kind,
            attempt.recipient,
            runtime.settings.mail_from,
            attempt.written_at,
            words,
            _attachment(runtime, origin, words.get("attachment")),
        )
        Mailer(runtime.settings.smtp_url).send(message)
    except (MailRefused, MailNotTaken, _NotMade) as problem:
        # The server's words may name the recipient: they stand with the mail alone.
        _log.warning("mail not taken", mail=str(attempt.mail_id), why=type(problem).__name__)
        return problem
    return None


def _note(
    uow: UnitOfWork, attempt: Attempt, words: Mapping[str, Any], problem: Exception | None
) -> None:
    """Write down what it says, and what came of it."""
    subject, body, _html = rules.filled(attempt.kind, words)
    body = rules.to_keep(body, words, secret=attempt.secret)
    operations.note_said(uow, attempt.mail_id, subject, body)
    match problem:
        case None:
            operations.note_sent(uow, attempt.mail_id)
        case MailRefused():
            operations.note_refused(uow, attempt.mail_id, str(problem))
        case _NotMade():
            operations.note_waits(uow, attempt.mail_id, str(problem), rules.FOR_ATTACHMENT)
        case ServerAway():
            operations.note_waits(uow, attempt.mail_id, str(problem), rules.FOR_SERVER)
        case _:
            operations.note_not_taken(uow, attempt.mail_id, str(problem))


def _with_links(web_url: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """The words with the addresses of the pages that a letter leads to."""
    paths = {name: words.get(f"{name}_path") for name in ("link", "unsubscribe")}
    links = {name: f"{web_url.rstrip('/')}/{path}" for name, path in paths.items() if path}
    return {**words, **links}


def _attachment(
    runtime: Runtime, origin: Origin, wanted: Mapping[str, str] | None
) -> rules.Attachment | None:
    """The bytes of a document that goes along; a paper is for those who may view invoices."""
    if wanted is None:
        return None
    rights = frozenset({DOCUMENTS_VIEW, INVOICES_VIEW})
    identity = Identity(origin.workspace_id, origin.actor, rights)
    path = f"/v1/clients/{wanted['client_id']}/documents/{wanted['document_id']}/bytes"
    try:
        answer = service_client(runtime, "documents").request(
            "GET", path, identity, patience_seconds=_PATIENCE_SECONDS
        )
    except Unavailable as error:
        raise _NotMade(str(error)) from error
    if answer.status_code != 200:
        raise _NotMade(f"Its attachment is not there yet ({answer.status_code}).")
    return rules.Attachment(wanted["file_name"], answer.content)
