"""What is done about a mail that was sent, or was not."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from services.clients.correspondence import queries
from services.clients.correspondence.errors import NotSendable, NotSent
from services.clients.mail.models import BOUNCED, QUEUED, SENT, Mail
from services.clients.mail.operations import Terms, queue_once, words_of
from shared.unit_of_work import UnitOfWork


def resend_mail(uow: UnitOfWork, mail_id: uuid.UUID, permissions: Collection[str]) -> Mail:
    """Send a mail to a client once more, with the same words; answers the new one.

    Raises `MailNotFound`; `NotSendable` while it waits, and where it held a secret link.
    """
    mail = queries.get_mail(uow.session, mail_id, permissions, lock=True)
    words = words_of(uow, mail)
    if mail.state == QUEUED or mail.secret or words is None:
        raise NotSendable(f"It is {mail.state}.", state=mail.state)
    terms = Terms(client_id=mail.client_id, secret=False)
    again = queue_once(uow, mail.kind, mail.recipient, words, terms)
    assert again is not None
    uow.flush()
    return uow.session.get_one(Mail, again)


def note_bounced(
    uow: UnitOfWork, mail_id: uuid.UUID, reason: str, permissions: Collection[str]
) -> Mail:
    """A mail that the server had taken came back. Raises `MailNotFound`, `NotSent`."""
    mail = queries.get_mail(uow.session, mail_id, permissions, lock=True)
    if mail.state not in (SENT, BOUNCED):
        raise NotSent(f"It is {mail.state}.", state=mail.state)
    mail.state, mail.problem = BOUNCED, reason
    return mail
