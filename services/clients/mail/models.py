"""The table of mail that is sent or to be sent."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base

QUEUED, SENT, REFUSED, GIVEN_UP = "queued", "sent", "refused", "given_up"
WITHHELD, BOUNCED = "withheld", "bounced"
MAIL_STATES = (QUEUED, SENT, REFUSED, GIVEN_UP, WITHHELD, BOUNCED)

#: How long it is kept what became of a mail.
MAILS_KEPT = timedelta(days=90)


class Mail(Base):
    """One message to one recipient.

    `sealed` holds the words that its kind's templates are filled with; where it is `secret`, it
    goes once the mail is finished. `subject` and `body` are the text as it was handed over, with
    a secret link left out. `repeated` counts the attempts of which nobody knows whether the
    server had taken the one before. `problem` is the server's last answer that was no yes, or
    why the mail was withheld. Of two with one `dedupe_key` there is only the first.
    """

    __tablename__ = "mails"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID | None]
    kind: Mapped[str]
    recipient: Mapped[str]
    dedupe_key: Mapped[str | None]
    secret: Mapped[bool] = mapped_column(default=True)
    sealed: Mapped[bytes | None]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    repeated: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    good_until: Mapped[datetime | None]
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
