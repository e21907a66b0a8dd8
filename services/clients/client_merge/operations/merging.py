"""Merging one client into another: what would come of it, and doing it in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from services.clients.billing.operations.moving import move_client_invoices
from services.clients.billing.queries.ledger import Books, count_books
from services.clients.client_merge.errors import (
    CannotMerge,
    InvalidChoice,
    MergedIntoItself,
    PreviewOutdated,
)
from services.clients.client_merge.events import client_merged
from services.clients.client_merge.operations.absorbing import absorb, count_version
from services.clients.client_merge.queries import aliases_of
from services.clients.client_merge.rules import (
    NO_CHOICES,
    Absorption,
    Choices,
    absorption,
    choosable,
)
from services.clients.correspondence.operations.moving import move_mail_stops
from services.clients.mail.operations import move_client_mail
from services.clients.notes.operations.moving import move_client_notes
from services.clients.notes.queries import count_notes
from services.clients.notes.rules import MAX_NOTES
from services.clients.portal.operations.moving import move_client_access
from services.clients.printing.operations.moving import move_client_papers
from services.clients.projects.operations.moving import move_client_projects
from services.clients.records.models.record import Client, Record
from services.clients.records.queries import clients as records
from services.clients.records.queries.clients import lock_client
from services.clients.records.rules.elements import MAX_CONTACTS, MAX_RATES
from services.clients.time_entries.operations.moving import move_client_time
from services.clients.time_entries.queries.entries import count_entries
from services.clients.values.confirmations import expiry, opened, sealed
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork

# A target is never itself an alias: whoever was merged into the source follows it.
_FOLLOW = text("UPDATE client_aliases SET target_id = :target WHERE target_id = :source")
_REMEMBER = text(
    """
    INSERT INTO client_aliases (client_id, workspace_id, target_id)
    VALUES (:source, :workspace, :target)
    """
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A reason why two clients cannot be merged as they are."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Both clients, locked, and what would come of a merge."""

    source: Record
    target: Record
    taken: Absorption
    books: Books
    notes: int
    time_entries: int
    conflicts: list[Conflict] = field(default_factory=list)
    choices: Choices = field(default_factory=dict)

    @property
    def bound(self) -> dict[str, Any]:
        """What a confirmation of it is bound to."""
        return {
            "source": [self.source.id, self.source.version],
            "target": [self.target.id, self.target.version],
            "books": [self.books.projects, self.books.invoices],
            "notes": self.notes,
            "time_entries": self.time_entries,
            "choices": dict(self.choices),
        }


@dataclass(frozen=True, slots=True)
class MergeOffer:
    """A preview with the note that confirms it."""

    preview: Preview
    confirm: str
    expires_at: datetime


def preview_merge(
    uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID, choices: Choices = NO_CHOICES
) -> MergeOffer:
    """What a merge would do now, with these choices of whose value is kept in which field.

    Raises `ClientNotFound`, `MergedIntoItself`, `InvalidChoice`.
    """
    preview = _look(uow, source_id, target_id, choices)
    expires_at = expiry()
    return MergeOffer(preview, sealed(uow.vault, expires_at, preview.bound), expires_at)


def merge_clients(
    uow: UnitOfWork,
    source_id: uuid.UUID,
    target_id: uuid.UUID,
    confirm: str | None = None,
    choices: Choices = NO_CHOICES,
) -> Record:
    """Merge the source into the target; answers the target as it is then.

    Raises as `preview_merge`, `CannotMerge`, and `PreviewOutdated` where a confirmation was
    sent and is of another state or of other choices.
    """
    preview = _look(uow, source_id, target_id, choices)
    if confirm is not None and opened(uow.vault, confirm, preview.bound) is None:
        raise PreviewOutdated("Look at the preview again.")
    if preview.conflicts:
        conflicts = [{"code": each.code, "message": each.message} for each in preview.conflicts]
        raise CannotMerge(preview.conflicts[0].message, conflicts=conflicts)
    _carry_out(uow, preview)
    return records.get_client(uow.session, target_id)


def _look(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID, choices: Choices) -> Preview:
    if source_id == target_id:
        message = "A client cannot be merged into itself."
        raise MergedIntoItself(message, errors=[FieldError("into", "same", message)])
    # In one order whichever way round: two merges of the same pair never wait in a circle.
    clients = {each: lock_client(uow, each) for each in sorted([source_id, target_id])}
    source, target = (
        Record(clients[each], **records.get_children(uow.session, each))
        for each in (source_id, target_id)
    )
    _check_choices(choices, choosable(target.client, source.client))
    taken = absorption(target, source, choices)
    moving, there = (count_notes(uow.session, each) for each in (source_id, target_id))
    conflicts = [*_conflicts(source, target, taken), *_notes_conflict(moving + there)]
    books = count_books(uow.session, source_id)
    time = count_entries(uow.session, source_id)
    return Preview(source, target, taken, books, moving, time, conflicts, choices)


def _check_choices(choices: Choices, known: set[str]) -> None:
    wrong = [
        FieldError(f"choices.{path}", "unknown_field", "There is nothing to choose here.")
        for path in choices
        if path not in known
    ]
    if wrong:
        raise InvalidChoice(errors=wrong)


def _conflicts(source: Record, target: Record, taken: Absorption) -> Iterator[Conflict]:
    if source.client.internal != target.client.internal:
        message = "One of the two is the internal client, which is never invoiced."
        yield Conflict("internal", message)
    contacts = len(target.contacts) + len(taken.contacts)
    if contacts > MAX_CONTACTS:
        message = f"Together they have {contacts} contacts; at most {MAX_CONTACTS}."
        yield Conflict("too_many_contacts", message)
    rates = len(target.rates) + len(taken.rates)
    if rates > MAX_RATES:
        message = f"Together they have {rates} rates; at most {MAX_RATES}."
        yield Conflict("too_many_rates", message)


def _notes_conflict(notes: int) -> Iterator[Conflict]:
    if notes > MAX_NOTES:
        message = f"Together they have {notes} notes; at most {MAX_NOTES}."
        yield Conflict("too_many_notes", message)


def _carry_out(uow: UnitOfWork, preview: Preview) -> None:
    source, target = preview.source.client, preview.target.client
    followers = aliases_of(uow.session, source.id)
    move_client_time(uow, source.id, target.id)
    projects = move_client_projects(uow, source.id, target.id)
    invoices = move_client_invoices(uow, source.id, target.id)
    notes = move_client_notes(uow, source.id, target.id)
    move_client_papers(uow, source.id, target.id)
    move_client_mail(uow, source.id, target.id)
    move_mail_stops(uow, source.id, target.id)
    move_client_access(uow, source.id, target.id)
    absorb(uow, preview.target, source, preview.taken)
    _alias(uow, source, target)
    count_version(uow, target)
    moved = {
        "contacts": len(preview.taken.contacts),
        "rates": len(preview.taken.rates),
        "projects": projects,
        "invoices": invoices,
        "notes": notes,
    }
    uow.publish(client_merged(source, target, followers, moved))


def _alias(uow: UnitOfWork, source: Client, target: Client) -> None:
    ids = {"source": source.id, "target": target.id, "workspace": uow.workspace_id}
    uow.session.execute(_FOLLOW, ids)
    uow.session.execute(_REMEMBER, ids)
