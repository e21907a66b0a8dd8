"""Reading views: those that someone sees, one, and the parameters that it stands for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from services.clients.listing.errors import ViewNotFound
from services.clients.listing.models import SavedView, maker_of
from shared.http.paging import Page, Sort, page
from shared.unit_of_work import UnitOfWork

_VIEW = "view"


def list_views(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the views that the caller sees: their own, and those that are shared."""
    return page(
        uow.session,
        uow.vault,
        select(SavedView).where(_seen(uow)),
        [Sort(SavedView.name_key), Sort(SavedView.id)],
        scope=f"views {maker_of(uow.actor)}",
        cursor=cursor,
        limit=limit,
    )


def get_view(uow: UnitOfWork, view_id: uuid.UUID) -> SavedView:
    """One view that the caller sees; raises `ViewNotFound`."""
    statement = select(SavedView).where(SavedView.id == view_id, _seen(uow))
    found = uow.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise ViewNotFound
    return found


def namesakes(uow: UnitOfWork, view: SavedView) -> list[SavedView]:
    """The views that leave no room for this one's name: of its maker, or shared as it is."""
    taken: ColumnElement[bool] = SavedView.maker == view.maker
    if view.shared:
        taken = or_(taken, SavedView.shared)
    same = SavedView.name_key == view.name_key
    return list(uow.session.scalars(select(SavedView).where(same, taken, SavedView.id != view.id)))


def count_views(uow: UnitOfWork) -> int:
    """How many views the workspace has."""
    return int(uow.session.scalar(select(func.count()).select_from(SavedView)) or 0)


def parameters(uow: UnitOfWork, query: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a list: those of its view, if it names one, under its own.

    Raises `ViewNotFound`.
    """
    said = {name: value for name, value in query.items() if name != _VIEW}
    return {**get_view(uow, query[_VIEW]).query, **said} if _VIEW in query else said


def _seen(uow: UnitOfWork) -> ColumnElement[bool]:
    return or_(SavedView.shared, SavedView.maker == maker_of(uow.actor))
