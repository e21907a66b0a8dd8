"""How mail reads, and when it is tried again.

A kind is a pair of templates of its name: text, whose first line is the subject, and HTML. A mail
whose words hold its text is a letter, which has templates of that name.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

#: After the first attempt, the second, and so on; after the last there is no other.
PAUSES: Final = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
#: Nobody else tries a mail that is being tried for so long; the server's time is up before.
LEASE: Final = timedelta(seconds=120)
_ELIDED = "(a link for the recipient alone)"


@dataclass(frozen=True, slots=True)
class Wait:
    """A mail waits for what is not its own fault: how often it looks, and for how long that is no
    attempt."""

    pause: timedelta
    patience: timedelta


FOR_ATTACHMENT: Final = Wait(timedelta(seconds=2), timedelta(minutes=30))
FOR_SERVER: Final = Wait(timedelta(seconds=30), timedelta(days=5))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that goes with a mail."""

    file_name: str
    content: bytes


def pause_after(attempts: int) -> timedelta | None:
    """How long until the next attempt after so many; None if that was the last."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def compose(
    mail_id: uuid.UUID,
    kind: str,
    recipient: str,
    sender: str,
    written_at: datetime,
    words: Mapping[str, Any],
    attachment: Attachment | None = None,
) -> EmailMessage:
    """The message, the same at every attempt: its id and its date too."""
    message, address = EmailMessage(), parseaddr(sender)[1]
    subject, body, html = filled(kind, words)
    message["Subject"], message["To"] = subject, recipient
    message["From"] = formataddr((words["sender"], address)) if words.get("sender") else sender
    if words.get("reply_to"):
        message["Reply-To"] = words["reply_to"]
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{mail_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if words.get("unsubscribe"):
        message["List-Unsubscribe"] = f"<{words['unsubscribe']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(body)
    message.add_alternative(html, subtype="html")
    if attachment is not None:
        message.add_attachment(
            attachment.content,
            maintype="application",
            subtype="pdf",
            filename=attachment.file_name,
        )
    return message


def filled(kind: str, words: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail."""
    name = "letter" if "text" in words else kind
    text = _templates().get_template(f"{name}.txt").render(words)
    subject, _, body = text.partition("\n")
    html = _templates().get_template(f"{name}.html").render({**words, "subject": subject})
    return subject, body.strip() + "\n", html


def to_keep(body: str, words: Mapping[str, Any], *, secret: bool) -> str:
    """The text as it may be shown to others: a secret link is not."""
    return body.replace(words["link"], _ELIDED) if secret and words.get("link") else body


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(
        loader=folder,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
