"""What a merge means to the books: they go on under the other client."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass

from sqlalchemy import select, text

from services.clients.billing import events
from services.clients.billing.models import Project
from shared.clock import now
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork

_MOVE_PROJECTS = text("UPDATE projects SET client_id = :target WHERE client_id = :source")
_MOVE_INVOICES = text("UPDATE invoices SET client_id = :target WHERE client_id = :source")

# A code has forty characters at most.
_LONGEST_STEM = 35


@dataclass(frozen=True, slots=True)
class MovedBooks:
    """How much went over."""

    projects: int
    invoices: int


def move_client_billing(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> MovedBooks:
    """Give the source's projects and invoices to the target; both clients are locked.

    An invoice keeps its number and its billing copy; a project whose code the target uses
    already gets the next free one like it, which is an event of the project.
    """
    parted = _part_codes(uow, source_id, target_id)
    uow.flush()
    ids = {"source": source_id, "target": target_id}
    projects = uow.session.connection().execute(_MOVE_PROJECTS, ids).rowcount
    invoices = uow.session.connection().execute(_MOVE_INVOICES, ids).rowcount
    uow.session.expire_all()
    return MovedBooks(parted + projects, invoices)


def _part_codes(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> int:
    both = select(Project).where(Project.client_id.in_([source_id, target_id]))
    coded = uow.session.scalars(both.where(Project.code.is_not(None)).order_by(Project.id)).all()
    used = {project.code for project in coded}
    taken = {project.code for project in coded if project.client_id == target_id}
    twice = [each for each in coded if each.client_id == source_id and each.code in taken]
    for project in twice:
        _recode(uow, project, used, target_id)
    return len(twice)


def _recode(uow: UnitOfWork, project: Project, used: set[str | None], target_id: uuid.UUID) -> None:
    before = events.project_fields(project)
    stem = str(project.code)[:_LONGEST_STEM]
    project.code = next(code for n in itertools.count(2) if (code := f"{stem}-{n}") not in used)
    used.add(project.code)
    project.client_id = target_id
    project.version += 1
    project.updated_at = now()
    changed = changes_between(before, events.project_fields(project))
    uow.publish(events.project_changed(project, changed))
