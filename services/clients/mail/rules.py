"""How mail reads, and when it is tried again.

A kind is a pair of templates of its name: text, whose first line is the subject, and HTML.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

# After the first attempt, the second, and so on; after the last there is no other.
_PAUSES = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)


def pause_after(attempts: int) -> timedelta | None:
    """How long until the next attempt after so many; None if that was the last."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None


def compose(
    mail_id: uuid.UUID,
    kind: str,
    recipient: str,
    sender: str,
    written_at: datetime,
    words: Mapping[str, Any],
) -> EmailMessage:
    """The message, the same at every attempt: its id and its date too."""
    subject, _, text = _templates().get_template(f"{kind}.txt").render(words).partition("\n")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, recipient
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{mail_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    html = _templates().get_template(f"{kind}.html").render({**words, "subject": subject})
    message.add_alternative(html, subtype="html")
    return message


@cache
def _templates() -> Environment:
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(
        loader=folder,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
