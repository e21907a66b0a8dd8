"""What callers send about mail."""

from __future__ import annotations

from marshmallow import fields, validate

from services.clients.mail.models import MAIL_STATES
from services.clients.values import addresses
from shared.http.fields import Rule, prose, required_line
from shared.http.schemas import PageQuery, StrictSchema
from shared.values import text

SUBJECT_LENGTH, TEXT_LENGTH = 200, 5_000


class MailQuery(PageQuery):
    """A page of the log of mail."""

    client_id = fields.UUID(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(MAIL_STATES))
    kind = fields.String(load_default=None, validate=validate.Length(1, 60))


class BounceBody(StrictSchema):
    """Why a mail came back."""

    reason = required_line(500, required=True, examples=["550 5.1.1 mailbox unknown"])


class WordingBody(StrictSchema):
    """How a kind is worded; words in braces are put in, as `{contact}`."""

    subject = required_line(SUBJECT_LENGTH, required=True, examples=["Invoice {number}"])
    text = Rule(
        text.visible(text.prose(TEXT_LENGTH)),
        nullable=False,
        required=True,
        maxLength=TEXT_LENGTH,
        description="Passages are apart by an empty line.",
        examples=["Hello {contact},\n\nhere is invoice {number} over {total}."],
    )


class MailPreviewBody(StrictSchema):
    """A wording to be looked at; what is left out is as it is now."""

    subject = required_line(SUBJECT_LENGTH, load_default=None)
    text = prose(TEXT_LENGTH, load_default=None)


class StopBody(StrictSchema):
    """The token of a link in a mail."""

    token = fields.String(required=True, validate=validate.Length(1, 2_000))


class AllowBody(StrictSchema):
    """An address that may be written to again."""

    email = Rule(addresses.required_email, nullable=False, required=True, format="email")
