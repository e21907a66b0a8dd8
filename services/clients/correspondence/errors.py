"""What can stand against mail to a client."""

from __future__ import annotations

from shared.errors import Conflict, Gone, Invalid, NotFound, Unavailable


class MailNotFound(NotFound):
    """No mail of this id that the caller may see."""

    code = "mails.not_found"
    title = "No such mail"


class NotSendable(Conflict):
    """It is not finished yet, or it held a secret link and is not kept."""

    code = "mails.not_sendable"
    title = "This mail cannot be sent again"


class NotSent(Conflict):
    """Only what was sent can come back."""

    code = "mails.not_sent"
    title = "This mail was not sent"


class WordingInvalid(Invalid):
    """A wording names words that its kind does not have; `errors` says which."""

    code = "invalid"
    title = "Some values are wrong"


class NoSuchKind(NotFound):
    """No kind of mail to clients has this name."""

    code = "mails.no_such_kind"
    title = "No such kind of mail"


class StopLinkGone(Gone):
    """The link was not made here, or its client is gone."""

    code = "mails.link_gone"
    title = "This link is no longer good"


class DocumentsAway(Unavailable):
    """The documents service does not say what expires."""

    code = "mails.documents_away"
    title = "The documents service does not answer at the moment"
