"""Reading what a mail server sends back about a mail that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Final

_OURS: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>")
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours came back, and why."""

    mail_id: uuid.UUID
    reason: str


def read_bounce(content: bytes) -> Bounce | None:
    """What a report of a failed delivery says; None for every other mail, as an answer of a
    person, or word that a delivery takes longer."""
    message = message_from_bytes(content)
    if message.get_content_type() != "multipart/report":
        return None
    failed = next(_failures(message), None)
    ours = next(_ours(message), None)
    if failed is None or ours is None:
        return None
    said = failed.get("Diagnostic-Code") or failed.get("Status") or "It came back."
    reason = " ".join(str(said).rpartition(";")[2].split())
    return Bounce(ours, reason[:_LONGEST])


def _failures(message: Message) -> Iterator[Message]:
    """What is said of each recipient whom it did not reach."""
    for part in message.walk():
        if part.get("Action", "").strip().lower() == "failed":
            yield part


def _ours(message: Message) -> Iterator[uuid.UUID]:
    """The mail that is sent back, whole or its header alone."""
    for part in message.walk():
        headers = part
        if part.get_content_type() == "text/rfc822-headers":
            headers = message_from_bytes(bytes(part.get_payload(decode=True) or b""))
        elif part is message:
            continue
        if found := _OURS.fullmatch(str(headers.get("Message-ID", "")).strip()):
            yield uuid.UUID(found[1])
