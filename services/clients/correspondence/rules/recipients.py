"""Who of a client receives a mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.clients.values.addresses import email_key


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody of a client, by the name they are addressed with."""

    email: str
    name: str | None = None

    @property
    def key(self) -> str:
        """The same for the same mailbox, however it is written."""
        return email_key(self.email)


def recipients(
    primary: Recipient, contacts: Iterable[Mapping[str, Any]], role: str | None
) -> list[Recipient]:
    """The contacts with a role that have an address, each mailbox once; the primary contact
    where there is none."""
    named = [
        Recipient(contact["email"], contact["name"])
        for contact in contacts
        if role in contact["roles"] and contact["email"]
    ]
    unique: dict[str, Recipient] = {}
    for each in named or [primary]:
        unique.setdefault(each.key, each)
    return [*unique.values()]
