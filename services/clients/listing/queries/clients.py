"""The list of clients: what it is narrowed to, in which order, page by page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select

from services.clients.listing.queries.search import Alphabetical, Search
from services.clients.lists.queries import former_names
from services.clients.records.models.record import CLIENTS, COLUMNS, LISTED, client_of
from services.clients.records.rules.search_text import search_terms
from shared.http.paging import Page, Sort, page, rows_after
from shared.unit_of_work import UnitOfWork

#: The columns a list can be narrowed by.
FILTERS = ("status", "industry", "company_size", "primary_service_type")


#: The columns whose values a list is counted by.
FACETS = (*FILTERS, "owner_id")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to: any of the values of each column, and all of the standards
    and tags. `owner` is a user's id, `me` or `none`."""

    columns: Mapping[str, Sequence[str]]
    q: str | None = None
    compliance: Sequence[str] = ()
    sort: str = "company_name"
    tags: Sequence[str] = ()
    owner: str | None = None
    see_tax_ids: bool = False

    @classmethod
    def of(cls, query: Mapping[str, Any], *, see_tax_ids: bool = False) -> Filters:
        """As the query of a list says; words are the last four of tax numbers only for someone
        who may see those."""
        columns = {name: query[name] for name in FILTERS if name in query}
        sort = query.get("sort", "company_name")
        return cls(
            columns,
            query.get("q"),
            query.get("compliance", ()),
            sort,
            query.get("tag", ()),
            query.get("owner"),
            see_tax_ids,
        )

    @property
    def are_of_status_only(self) -> bool:
        """Whether clients are told apart by nothing but their status."""
        words = self.q is not None and self.q.strip()
        return self.columns.keys() <= {"status"} and not (
            words or self.compliance or self.tags or self.owner is not None
        )

    @property
    def are_words_by_name(self) -> bool:
        """Whether clients are told apart by nothing but their words, tags and standards, and
        sorted by their names."""
        by_name = self.sort.removeprefix("-") == "company_name"
        return by_name and not self.columns and self.owner is None


_SORTS: dict[str, ColumnElement[Any]] = {
    "company_name": CLIENTS.c.sort_name,
    "client_code": CLIENTS.c.sort_code,
    "created_at": CLIENTS.c.created_at,
    "updated_at": CLIENTS.c.updated_at,
}


def filtered_clients(
    uow: UnitOfWork, filters: Filters, *columns: ColumnElement[Any]
) -> Select[Any]:
    """These columns of all clients that the filters leave, in no order."""
    statement, search = _narrowed(uow, filters, columns), _search(uow, filters)
    return statement if search is None else statement.where(CLIENTS.c.id.in_(search.matches()))


def _narrowed(
    uow: UnitOfWork, filters: Filters, columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """Narrowed by all but words."""
    statement = select(*columns)
    for name, values in filters.columns.items():
        meant = [each for value in values for each in _names(uow, name, value)]
        statement = statement.where(CLIENTS.c[name].in_(meant))
    return statement if filters.owner is None else statement.where(_owned(uow, filters.owner))


def _names(uow: UnitOfWork, column: str, value: str) -> Sequence[str]:
    """All names under which clients may carry what a value means: its list may have renamed it."""
    listed = LISTED.get(column)
    return (value,) if listed is None else former_names(uow, listed, value)


def _owned(uow: UnitOfWork, owner: str) -> ColumnElement[bool]:
    column, owner = CLIENTS.c.owner_id, owner.lower()
    if owner == "none":
        return column.is_(None)
    if owner != "me":
        return column == uuid.UUID(owner)
    # A program that acts by a key of its own owns nobody.
    is_user = uow.actor.kind == "user" and uow.actor.id is not None
    return column == uuid.UUID(uow.actor.id) if is_user and uow.actor.id else false()


def list_clients(
    uow: UnitOfWork,
    filters: Filters,
    cursor: str | None,
    limit: int,
    columns: Sequence[str] = COLUMNS,
) -> Page:
    """A page of clients with these columns, without contacts and rates."""
    selected = [CLIENTS.c[name] for name in columns]
    statement, search = _narrowed(uow, filters, selected), _search(uow, filters)
    listed = _PageRequest(uow, filters, cursor, limit)
    if search is None:
        found = listed.page(statement)
    elif filters.are_words_by_name and search.is_rare_enough:
        found = _first_found(listed, statement, search)
    else:
        found = listed.page(statement.where(search.on_page(CLIENTS.c.id)))
    return Page([client_of(row, columns) for row in found.rows], found.next)


def _first_found(listed: _PageRequest, statement: Select[Any], search: Search) -> Page:
    """Among the names where the page should end, then among all: there may be more behind."""
    alphabetical = listed.alphabetical()
    near = search.near(alphabetical)
    for within in (near, None) if near is not None else (None,):
        first = search.first_matches(alphabetical, within)
        found = listed.page(statement.where(CLIENTS.c.id.in_(first)))
        if found.next is not None:
            break
    return found


@dataclass(frozen=True, slots=True)
class _PageRequest:
    """One page of a list, as it was asked for."""

    uow: UnitOfWork
    filters: Filters
    cursor: str | None
    limit: int

    @property
    def _scope(self) -> str:
        return f"clients {self.filters}"

    def page(self, statement: Select[Any]) -> Page:
        """The page of these rows."""
        return page(
            self.uow.session,
            self.uow.vault,
            statement,
            order_of(self.filters.sort),
            scope=self._scope,
            cursor=self.cursor,
            limit=self.limit,
        )

    def alphabetical(self) -> Alphabetical:
        """Where the page stands among names; a row more shows whether another page follows."""
        after = partial(rows_after, self.uow.vault, self._scope, self.cursor)
        return Alphabetical(self.filters.sort.startswith("-"), after, self.limit + 1)


def order_of(sort: str) -> list[Sort]:
    """The columns that a list is sorted by; the last one is unique."""
    descending = sort.startswith("-")
    return [Sort(_SORTS[sort.removeprefix("-")], descending), Sort(CLIENTS.c.id, descending)]


def _search(uow: UnitOfWork, filters: Filters) -> Search | None:
    """What words, standards and tags the filters ask for; None: any."""
    terms = search_terms(
        filters.q,
        [_names(uow, "compliance_requirements", each) for each in filters.compliance],
        filters.tags,
        see_tax_ids=filters.see_tax_ids,
    )
    return Search(uow, terms) if terms else None
