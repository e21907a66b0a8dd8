"""What a merge means to projects: they go on under the other client."""

from __future__ import annotations

import itertools
import uuid

from sqlalchemy import select, text

from services.clients.projects import events
from services.clients.projects.models import Project
from shared.clock import now
from shared.messaging.changes import changes_between
from shared.unit_of_work import UnitOfWork

_MOVE = text("UPDATE projects SET client_id = :target WHERE client_id = :source")

# A code has forty characters at most.
_LONGEST_STEM = 35


def move_client_projects(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> int:
    """Give the source's projects to the target, both clients being locked; answers how many.

    A project whose code the target uses already gets the next free one like it, which is an
    event of the project.
    """
    parted = _part_codes(uow, source_id, target_id)
    uow.flush()
    ids = {"source": source_id, "target": target_id}
    moved = uow.session.connection().execute(_MOVE, ids).rowcount
    uow.session.expire_all()
    return parted + moved


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
    before = events.changeable(project)
    stem = str(project.code)[:_LONGEST_STEM]
    project.code = next(code for n in itertools.count(2) if (code := f"{stem}-{n}") not in used)
    used.add(project.code)
    project.client_id = target_id
    project.version += 1
    project.updated_at = now()
    changed = changes_between(before, events.changeable(project))
    uow.publish(events.changed(project, changed))
