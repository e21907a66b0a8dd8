"""The job that sends mail: claimed in one transaction, handed over outside any, noted in another.

Killed between the server's yes and the note, it sends the mail again once the claim is over,
under the same Message-ID, and counts that.
"""

from __future__ import annotations

import time
import uuid

from celery import Celery

from services.clients.mail import operations, queries, rules
from services.clients.mail.operations import Attempt
from shared.failpoints import failpoint
from shared.housekeeping import RUN_SECONDS, each_by_itself, repeated
from shared.logging import get_logger
from shared.mailer import Mailer, MailNotTaken, MailRefused
from shared.runtime import Runtime
from shared.worker import job

_log = get_logger(__name__)


def register_tasks(app: Celery, runtime: Runtime) -> None:
    """Register the jobs."""

    @job(app, "clients.send_mail")
    def send() -> None:
        send_mail(runtime)

    @job(app, "clients.purge_mail")
    def purge() -> None:
        repeated(lambda: operations.purge_mails(runtime.app_engine))


def send_mail(runtime: Runtime) -> int:
    """Try what is due; returns how many were tried."""
    until = time.monotonic() + RUN_SECONDS

    def some() -> int:
        due = runtime.across_workspaces(queries.mails_to_send)
        return each_by_itself(due, lambda one: _try(runtime, *one), until)

    return repeated(some, until)


def _try(runtime: Runtime, workspace_id: uuid.UUID, mail_id: uuid.UUID) -> bool:
    origin = runtime.own_origin(workspace_id)
    with runtime.unit_of_work(origin) as uow:
        attempt = operations.claim_mail(uow, mail_id)
    if attempt is None:
        return False
    problem = _hand_over(runtime, attempt)
    failpoint("mail.after_sent")
    with runtime.unit_of_work(origin) as uow:
        match problem:
            case None:
                operations.note_sent(uow, mail_id)
            case MailRefused():
                operations.note_refused(uow, mail_id, str(problem))
            case _:
                operations.note_not_taken(uow, mail_id, str(problem))
    return True


def _hand_over(runtime: Runtime, attempt: Attempt) -> Exception | None:
    """None once the server has taken it, else why not."""
    message = rules.compose(
        attempt.mail_id,
        attempt.kind,
        attempt.recipient,
        runtime.settings.mail_from,
        attempt.written_at,
        attempt.words,
    )
    try:
        Mailer(runtime.settings.smtp_url).send(message)
    except (MailRefused, MailNotTaken) as problem:
        _log.warning("mail not taken", mail=str(attempt.mail_id), problem=str(problem))
        return problem
    return None
