"""Writing to the people of a client."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.clients.access.queries import get_workspace
from services.clients.correspondence import queries
from services.clients.correspondence.operations.stopping import stop_path
from services.clients.correspondence.rules.kinds import Kind
from services.clients.correspondence.rules.recipients import Recipient, recipients
from services.clients.correspondence.rules.wording import fill
from services.clients.mail.operations import Terms, queue_once
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import get_children
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written: of which kind, about what, with which words of its own.

    `about` makes it the one mail of its kind about this to each recipient, as `invoice/<id>`;
    without it each is another mail. `page` is the page of the web interface that it leads to.
    `attachment` is a document of the client, by its id and name, which it waits for. It is not
    sent after `good_until`.
    """

    kind: Kind
    words: Mapping[str, str]
    about: str | None = None
    page: str | None = None
    attachment: tuple[uuid.UUID, str] | None = None
    good_until: datetime | None = None


def write_to_client(
    uow: UnitOfWork, client: Client, letter: Letter, to: Iterable[Recipient] | None = None
) -> list[uuid.UUID]:
    """Have a letter sent to those whom its kind is for, or to these; the mails that are new.

    Nothing leaves while the client's switch is off or the address is stopped: that is looked at
    when a mail is about to leave, not here.
    """
    made = (_write(uow, client, letter, each) for each in to or _those_meant(uow, client, letter))
    return [mail_id for mail_id in made if mail_id is not None]


def _those_meant(uow: UnitOfWork, client: Client, letter: Letter) -> list[Recipient]:
    contacts = get_children(uow.session, client.id)["contacts"]
    primary = Recipient(client.contact_email, client.contact_name)
    return recipients(primary, contacts, letter.kind.role)


def _write(uow: UnitOfWork, client: Client, letter: Letter, to: Recipient) -> uuid.UUID | None:
    kind = letter.kind
    key = None if letter.about is None else f"{kind.name}/{letter.about}/{to.key}"
    terms = Terms(letter.good_until, key, client.id, kind.secret)
    return queue_once(uow, kind.name, to.email, _contents(uow, client, letter, to), terms)


def _contents(uow: UnitOfWork, client: Client, letter: Letter, to: Recipient) -> dict[str, Any]:
    """All words of the mail, as they are now."""
    workspace = get_workspace(uow)
    words = {
        "client": client.company_name,
        "contact": to.name or client.company_name,
        "workspace": workspace.name,
        **letter.words,
    }
    return {
        **worded(words, _wording(uow, letter.kind)),
        "label": letter.kind.label,
        "link": None,
        "link_path": letter.page,
        "workspace": workspace.name,
        "sender": workspace.mail_sender or workspace.name,
        "reply_to": workspace.mail_reply_to,
        "unsubscribe": None,
        "unsubscribe_path": stop_path(uow.vault, uow.workspace_id, client.id, to.email),
        "attachment": _attachment(client, letter),
    }


def _wording(uow: UnitOfWork, kind: Kind) -> tuple[str, str]:
    own = queries.wording_of(uow.session, kind.name)
    return (kind.subject, kind.text) if own is None else (own.subject, own.text)


def worded(words: Mapping[str, str], wording: tuple[str, str]) -> dict[str, str]:
    """Subject and text of a wording with these words in it."""
    subject, text = (fill(each, words) for each in wording)
    return {"subject": " ".join(subject.split()), "text": text}


def _attachment(client: Client, letter: Letter) -> dict[str, str] | None:
    if letter.attachment is None:
        return None
    document_id, name = letter.attachment
    return {"client_id": str(client.id), "document_id": str(document_id), "file_name": name}
