"""How a workspace words its mail to clients."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete

from services.clients.access.queries import get_workspace
from services.clients.correspondence import queries
from services.clients.correspondence.errors import NoSuchKind, WordingInvalid
from services.clients.correspondence.models import MailWording
from services.clients.correspondence.operations.writing import worded
from services.clients.correspondence.rules.kinds import KINDS, Kind
from services.clients.correspondence.rules.wording import unknown_words
from services.clients.mail.rules import filled
from shared.clock import now
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind says now, and whether the workspace has worded it."""

    kind: Kind
    subject: str
    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as it would read, with examples in the places of words."""

    subject: str
    text: str
    html: str


def list_wordings(uow: UnitOfWork) -> list[Wording]:
    """Every kind as it is worded now."""
    own = queries.wordings(uow.session)
    return [_wording(kind, own.get(kind.name)) for kind in KINDS.values()]


def set_wording(uow: UnitOfWork, kind_name: str, subject: str, text: str) -> Wording:
    """Word a kind. Raises `NoSuchKind`, `WordingInvalid`."""
    kind = _checked(kind_name, subject, text)
    own = uow.session.get(MailWording, (uow.workspace_id, kind.name), with_for_update=True)
    if own is None:
        own = MailWording(workspace_id=uow.workspace_id, kind=kind.name)
        uow.session.add(own)
    own.subject, own.text, own.updated_at = subject, text, now()
    return _wording(kind, own)


def reset_wording(uow: UnitOfWork, kind_name: str) -> Wording:
    """Word a kind as it is by itself. Raises `NoSuchKind`."""
    kind = kind_of(kind_name)
    uow.session.execute(delete(MailWording).where(MailWording.kind == kind.name))
    return _wording(kind, None)


def preview(uow: UnitOfWork, kind_name: str, subject: str | None, text: str | None) -> Preview:
    """How a wording would read; what is not given is as it is now.

    Raises `NoSuchKind`, `WordingInvalid`.
    """
    now_worded = _wording(kind_of(kind_name), queries.wording_of(uow.session, kind_name))
    wording = (subject or now_worded.subject, text or now_worded.text)
    kind, workspace = _checked(kind_name, *wording), get_workspace(uow)
    words = {
        **worded({**kind.words, "workspace": workspace.name}, wording),
        "label": kind.label,
        "link": "https://portal.example.com/" if kind.label else None,
        "workspace": workspace.name,
        "unsubscribe": "https://portal.example.com/unsubscribe",
    }
    return Preview(*filled(kind.name, words))


def kind_of(name: str) -> Kind:
    """The kind of this name; raises `NoSuchKind`."""
    if name not in KINDS:
        raise NoSuchKind(f"There are {', '.join(KINDS)}.")
    return KINDS[name]


def _wording(kind: Kind, own: MailWording | None) -> Wording:
    if own is None:
        return Wording(kind, kind.subject, kind.text, is_own=False)
    return Wording(kind, own.subject, own.text, is_own=True)


def _checked(kind_name: str, subject: str, text: str) -> Kind:
    kind = kind_of(kind_name)
    wrong = [
        *unknown_words("subject", subject, kind.words),
        *unknown_words("text", text, kind.words),
    ]
    if wrong:
        raise WordingInvalid(errors=wrong)
    return kind
