"""What only this service can add to the numbers that another has counted."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.clients.projects.queries import budgets_of
from services.clients.projects.schemas import present_budget
from services.clients.records.models.record import CLIENTS
from shared.security.permissions import PROJECTS_VIEW


def budget_used(
    session: Session, client_id: uuid.UUID, permissions: Collection[str]
) -> list[dict[str, Any]] | None:
    """What is spent of the budgets of a client's active projects; None for whoever may not view
    projects."""
    if PROJECTS_VIEW not in permissions:
        return None
    return [present_budget(each) for each in budgets_of(session, client_id)]


def named(session: Session, listed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each with the name and the code of the client of its `client_id`, None where it is gone."""
    ids = {uuid.UUID(each["client_id"]) for each in listed}
    found = select(CLIENTS.c.id, CLIENTS.c.company_name, CLIENTS.c.client_code)
    rows = session.execute(found.where(CLIENTS.c.id.in_(ids)))
    names = {str(client_id): (name, code) for client_id, name, code in rows}
    return [{**each, **_name(*names.get(each["client_id"], (None, None)))} for each in listed]


def _name(company_name: str | None, client_code: str | None) -> dict[str, str | None]:
    return {"company_name": company_name, "client_code": client_code}
