"""Reading the record: one client, the list, and which codes are free."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    column,
    false,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from services.clients.lists.queries import former_names
from services.clients.records.absence import absent
from services.clients.records.models import (
    COLUMNS,
    LISTED,
    Client,
    ContactData,
    RateData,
    Record,
    client_of,
)
from services.clients.records.rules.codes import suggestions
from services.clients.records.rules.search_text import search_terms
from services.clients.records.searching import Alphabetical, Search
from shared.http.paging import Page, Sort, page, rows_after
from shared.unit_of_work import UnitOfWork

#: Suggestions that are looked up before all codes of the workspace are read.
_FIRST_CODES = 60

#: A client's contacts and rates as JSON, in the order they were added.
CHILDREN = """
    (SELECT coalesce(json_agg(json_build_object(
        'id', k.id, 'name', k.name, 'email', k.email, 'phone', k.phone, 'title', k.title,
        'roles', k.roles) ORDER BY k.id), '[]') FROM contacts k WHERE k.client_id = c.id)
    AS contacts,
    (SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'position', r.position, 'regular_rate', r.regular_rate::text,
        'overtime_rate', r.overtime_rate::text, 'currency', r.currency,
        'valid_from', r.valid_from, 'valid_until', r.valid_until) ORDER BY r.id), '[]')
        FROM rates r WHERE r.client_id = c.id) AS rates
"""
SELECTED = ", ".join(f"c.{name}" for name in COLUMNS)


# With the columns told, their description is worked out once instead of for every row read.
TYPED = [Client.__table__.c[name] for name in COLUMNS]
_GET = text(f"SELECT {SELECTED}, {CHILDREN} FROM clients c WHERE c.id = :id").columns(
    *TYPED, column("contacts", JSON), column("rates", JSON)
)
_GET_MANY = text(
    f"SELECT {SELECTED}, {CHILDREN} FROM clients c "
    "WHERE c.id = ANY(CAST(:ids AS uuid[])) ORDER BY c.id"
).columns(*TYPED, column("contacts", JSON), column("rates", JSON))
_GET_CHILDREN = text(f"SELECT {CHILDREN} FROM clients c WHERE c.id = :id")
_DEFAULTS = text("SELECT country, currency FROM workspaces")
_TAKEN = text("SELECT code FROM client_codes WHERE code = ANY(CAST(:codes AS text[]))")
_ALL_TAKEN = text("SELECT code FROM client_codes")
_HOLDER = text(
    """
    SELECT k.client_id, k.frozen_at, c.company_name
    FROM client_codes k LEFT JOIN clients c ON c.id = k.client_id WHERE k.code = :code
    """
)


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


_TABLE = Client.__table__
_SORTS: dict[str, ColumnElement[Any]] = {
    "company_name": _TABLE.c.sort_name,
    "client_code": _TABLE.c.sort_code,
    "created_at": _TABLE.c.created_at,
    "updated_at": _TABLE.c.updated_at,
}


def get_client(session: Session, client_id: uuid.UUID) -> Record:
    """The client with its contacts and rates; raises `ClientNotFound`."""
    row = session.execute(_GET, {"id": client_id}).one_or_none()
    if row is None:
        raise absent(session, client_id)
    *values, contacts, rates = row
    return Record(client_of(values), contacts, rates)


def get_clients(session: Session, client_ids: Sequence[uuid.UUID]) -> list[Record]:
    """Those of the clients that there are, with contacts and rates, in the order of their ids."""
    found = session.execute(_GET_MANY, {"ids": list(client_ids)})
    return [Record(client_of(values), contacts, rates) for *values, contacts, rates in found]


def get_children(
    session: Session, client_id: uuid.UUID
) -> tuple[list[ContactData], list[RateData]]:
    """A client's contacts and rates."""
    contacts, rates = session.execute(_GET_CHILDREN, {"id": client_id}).one()
    return contacts, rates


def workspace_defaults(session: Session) -> tuple[str, str]:
    """The country and the currency of the workspace."""
    country, currency = session.execute(_DEFAULTS).one()
    return country, currency


def filtered_clients(
    uow: UnitOfWork, filters: Filters, *columns: ColumnElement[Any]
) -> Select[Any]:
    """These columns of all clients that the filters leave, in no order."""
    statement, search = _narrowed(uow, filters, columns), _search(uow, filters)
    return statement if search is None else statement.where(_TABLE.c.id.in_(search.matches()))


def _narrowed(
    uow: UnitOfWork, filters: Filters, columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """Narrowed by all but words."""
    statement = select(*columns)
    for name, values in filters.columns.items():
        meant = [each for value in values for each in _names(uow, name, value)]
        statement = statement.where(_TABLE.c[name].in_(meant))
    return statement if filters.owner is None else statement.where(_owned(uow, filters.owner))


def _names(uow: UnitOfWork, column: str, value: str) -> Sequence[str]:
    """All names under which clients may carry what a value means: its list may have renamed it."""
    listed = LISTED.get(column)
    return (value,) if listed is None else former_names(uow, listed, value)


def _owned(uow: UnitOfWork, owner: str) -> ColumnElement[bool]:
    column = _TABLE.c.owner_id
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
    selected = [_TABLE.c[name] for name in columns]
    statement, search = _narrowed(uow, filters, selected), _search(uow, filters)
    listed = _Listed(uow, filters, cursor, limit)
    if search is None:
        found = listed.page(statement)
    elif filters.are_words_by_name and search.is_rare_enough:
        found = _first_found(listed, statement, search)
    else:
        found = listed.page(statement.where(search.on_page(_TABLE.c.id)))
    return Page([client_of(row, columns) for row in found.rows], found.next)


def _first_found(listed: _Listed, statement: Select[Any], search: Search) -> Page:
    """Among the names where the page should end, then among all: there may be more behind."""
    alphabetical = listed.alphabetical()
    near = search.near(alphabetical)
    for within in (near, None) if near is not None else (None,):
        first = search.first_matches(alphabetical, within)
        found = listed.page(statement.where(_TABLE.c.id.in_(first)))
        if found.next is not None:
            break
    return found


@dataclass(frozen=True, slots=True)
class _Listed:
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
    return [Sort(_SORTS[sort.removeprefix("-")], descending), Sort(_TABLE.c.id, descending)]


def _search(uow: UnitOfWork, filters: Filters) -> Search | None:
    """What words, standards and tags the filters ask for; None: any."""
    terms = search_terms(
        filters.q,
        [_names(uow, "compliance_requirements", each) for each in filters.compliance],
        filters.tags,
        see_tax_ids=filters.see_tax_ids,
    )
    return Search(uow, terms) if terms else None


def free_codes(session: Session, name: str, count: int) -> list[str]:
    """Codes that suit the name and that nobody holds, the best first."""
    first = list(islice(suggestions(name), _FIRST_CODES))
    taken = set(session.scalars(_TAKEN, {"codes": first}))
    found = [code for code in first if code not in taken][:count]
    return found if len(found) == count else _free_of_all(session, name, count)


def _free_of_all(session: Session, name: str, count: int) -> list[str]:
    taken = set(session.scalars(_ALL_TAKEN))
    free: Iterator[str] = (code for code in suggestions(name) if code not in taken)
    return list(islice(free, count))


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """Whose code it is; `company_name` is None once the client is deleted."""

    client_id: uuid.UUID
    is_frozen: bool
    company_name: str | None


def code_holder(session: Session, code: str) -> CodeHolder | None:
    """Who holds a code in this workspace; None if nobody does."""
    row = session.execute(_HOLDER, {"code": code}).one_or_none()
    if row is None:
        return None
    return CodeHolder(row.client_id, row.frozen_at is not None, row.company_name)


def workspaces_to_reindex(session: Session) -> Sequence[uuid.UUID]:
    """Every workspace with a client whose words are of an older folding."""
    return session.scalars(select(func.workspaces_to_reindex())).all()


def require_client(session: Session, client_id: uuid.UUID) -> None:
    """Raise why not, unless the client is in the session's workspace."""
    if session.scalar(select(Client.id).where(Client.id == client_id)) is None:
        raise absent(session, client_id)
