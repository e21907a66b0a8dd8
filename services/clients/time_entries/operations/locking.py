"""What commands about time begin with: projects with their clients locked, then weeks of persons.

Clients are locked in the order of their ids and weeks after them, in one order too: two
commands never wait for each other in a circle.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.clients.projects.models import Project
from services.clients.records.models.record import Client
from services.clients.records.queries.owned import lock_if_there
from services.clients.time_entries.models import TimeWeek
from services.clients.time_entries.rules.weeks import Week
from shared.unit_of_work import UnitOfWork

#: A person by key, and one of their weeks.
PersonsWeek = tuple[str, Week]


@dataclass(frozen=True, slots=True)
class LockedProject:
    """A project whose client is held until the transaction ends."""

    project: Project
    client: Client


def lock_projects(
    uow: UnitOfWork, project_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, LockedProject]:
    """Those of the projects that there are, read after their clients were locked."""
    wanted = select(Project).where(Project.id.in_(project_ids))
    owners = uow.session.scalars(wanted.with_only_columns(Project.client_id).distinct()).all()
    clients = {each: lock_if_there(uow, each) for each in sorted(owners)}
    found = uow.session.scalars(wanted, execution_options={"populate_existing": True})
    return {
        project.id: LockedProject(project, client)
        for project in found
        if (client := clients.get(project.client_id)) is not None
    }


def lock_weeks(uow: UnitOfWork, weeks: Collection[PersonsWeek]) -> Mapping[PersonsWeek, TimeWeek]:
    """The weeks, held until the transaction ends; those never written before are made."""
    return {(key, week): _week(uow, key, week) for key, week in sorted(set(weeks))}


def _week(uow: UnitOfWork, person_key: str, week: Week) -> TimeWeek:
    place = {
        "workspace_id": uow.workspace_id,
        "person_key": person_key,
        "monday": week.monday,
    }
    made = insert(TimeWeek).values(**place, version=0).on_conflict_do_nothing()
    uow.session.execute(made)
    return uow.session.get_one(TimeWeek, place, populate_existing=True, with_for_update=True)
