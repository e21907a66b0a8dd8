"""Mail as it is answered."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.clients.correspondence.models import MailStop
from services.clients.correspondence.operations.stopping import Stopping
from services.clients.correspondence.operations.wordings import Preview, Wording
from services.clients.mail.models import MAIL_STATES, Mail
from shared.clock import rfc3339
from shared.http.schemas import page_of


class MailSummary(Schema):
    """A mail in the log."""

    id = fields.UUID()
    kind = fields.String(metadata={"example": "invoice_issued"})
    client_id = fields.UUID(allow_none=True, metadata={"description": "Null: to a user."})
    recipient = fields.String()
    subject = fields.String(
        allow_none=True, metadata={"description": "Null until it was first handed over."}
    )
    state = fields.String(
        metadata={
            "enum": list(MAIL_STATES),
            "description": "`refused`: the server will not take it; `given_up`: too late, or tried "
            "for two days; `withheld`: nothing may leave to this client or address; `bounced`: it "
            "came back.",
        }
    )
    problem = fields.String(allow_none=True)
    attempts = fields.Integer()
    repeated = fields.Integer(
        metadata={"description": "Attempts where the one before may have come to a mail already."}
    )
    can_resend = fields.Boolean()
    created_at = fields.DateTime()
    next_at = fields.DateTime(allow_none=True, metadata={"description": "The next attempt."})
    finished_at = fields.DateTime(allow_none=True)


class MailView(MailSummary):
    """A mail with the text as it was handed over; a secret link in it is left out."""

    text = fields.String(allow_none=True)


#: Mail, the newest first; it is kept for 90 days.
MailPage = page_of(MailSummary, "MailPage")


class SentView(Schema):
    """The mails that were written; none where everybody has it already."""

    mails = fields.List(fields.UUID())


class WordingWordView(Schema):
    """A word that a wording may name in braces."""

    name = fields.String()
    example = fields.String()


class WordingView(Schema):
    """How a kind of mail is worded."""

    kind = fields.String()
    subject = fields.String()
    text = fields.String()
    is_own = fields.Boolean(metadata={"description": "Whether the workspace has worded it."})
    words = fields.List(fields.Nested(WordingWordView))


class WordingList(Schema):
    """All kinds of mail to clients."""

    data = fields.List(fields.Nested(WordingView))


class MailPreviewView(Schema):
    """A mail as it would read."""

    subject = fields.String()
    text = fields.String()
    html = fields.String()


class StopView(Schema):
    """An address that gets no more mail about the client."""

    email = fields.String()
    stopped_at = fields.DateTime()


class StopList(Schema):
    """Those addresses, the latest first."""

    data = fields.List(fields.Nested(StopView))


class StoppingView(Schema):
    """What a link in a mail stops: mail from whom, to which address."""

    workspace = fields.String()
    email = fields.String()
    is_stopped = fields.Boolean()


def mail_summary(mail: Mail) -> dict[str, Any]:
    """As `MailSummary`."""
    is_over = mail.finished_at is not None
    return {
        "id": str(mail.id),
        "kind": mail.kind,
        "client_id": mail.client_id and str(mail.client_id),
        "recipient": mail.recipient,
        "subject": mail.subject,
        "state": mail.state,
        "problem": mail.problem,
        "attempts": mail.attempts,
        "repeated": mail.repeated,
        "can_resend": is_over and not mail.secret,
        "created_at": rfc3339(mail.created_at),
        "next_at": None if is_over else rfc3339(mail.next_at),
        "finished_at": mail.finished_at and rfc3339(mail.finished_at),
    }


def mail_json(mail: Mail) -> dict[str, Any]:
    """As `MailView`."""
    return {**mail_summary(mail), "text": mail.body}


def wording_json(wording: Wording) -> dict[str, Any]:
    """As `WordingView`."""
    words = wording.kind.words.items()
    return {
        "kind": wording.kind.name,
        "subject": wording.subject,
        "text": wording.text,
        "is_own": wording.is_own,
        "words": [{"name": name, "example": example} for name, example in words],
    }


def preview_json(preview: Preview) -> dict[str, Any]:
    """As `MailPreviewView`."""
    return {"subject": preview.subject, "text": preview.text, "html": preview.html}


def stop_json(stop: MailStop) -> dict[str, Any]:
    """As `StopView`."""
    return {"email": stop.email, "stopped_at": rfc3339(stop.stopped_at)}


def stopping_json(stopping: Stopping) -> dict[str, Any]:
    """As `StoppingView`."""
    return {
        "workspace": stopping.workspace,
        "email": stopping.email,
        "is_stopped": stopping.is_stopped,
    }
