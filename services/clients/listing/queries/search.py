"""Clients by their words, on the way that reads the least.

Words stand in the order of the list (`CLIENT_WORDS`), each client's words also as a whole
(`CLIENT_SEARCH`). What few clients have is looked up among the words. What very many have is
found sooner by walking the list and looking at one client after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import TSQUERY

from services.clients.records.models.record import CLIENT_SEARCH, CLIENT_WORDS, CLIENTS
from services.clients.records.rules.search_text import Term, Word, tsquery
from shared.http.paging import Sort
from shared.unit_of_work import UnitOfWork

#: Words looked through for a page at most; with more, walking meets a page of clients sooner
#: (measured at a million clients: both take some 7 ms here).
MOST_IN_ORDER = 40_000
#: Clients looked up one by one at most, where words do not give the order or more is asked.
MOST_LOOKED_UP = 4_000
#: How many entries of words are read in the time of looking at all words of one client.
_ENTRIES_PER_CLIENT = 20
#: So many entries of words are read in less time than it takes to ask how many clients there are.
_FEW = 1_000
#: How many times as far as it seems to reach a page's names are looked for.
_MARGIN = 3

Where = Sequence[ColumnElement[bool]]

# Each client is counted once by each facet.
_ALL = text("SELECT sum(clients) FROM client_counts WHERE facet = 'industry'")


@dataclass(frozen=True)
class Alphabetical:
    """A page of a list by name, of so many rows at most; `after` says where it begins, for
    whatever columns that are sorted by."""

    descending: bool
    after: Callable[[Sequence[Sort]], Where]
    most: int

    def narrow(self, statement: Select[Any], near: int | None) -> Select[Any]:
        """The first words of the page, where it does not reach further than so `near` clients."""
        order = self._order(CLIENT_WORDS.c.sort_name, CLIENT_WORDS.c.client_id)
        if near is not None:
            statement = statement.where(self._is_near(near))
        clauses = (sort.clause for sort in order)
        return statement.where(*self.after(order)).order_by(*clauses).limit(self.most)

    def _is_near(self, near: int) -> ColumnElement[bool]:
        """Nothing is where there are not so many clients any more."""
        order = self._order(CLIENTS.c.sort_name, CLIENTS.c.id)
        clients = select(CLIENTS.c.sort_name).where(*self.after(order))
        clauses = (sort.clause for sort in order)
        last = clients.order_by(*clauses).offset(near).limit(1).scalar_subquery()
        name = CLIENT_WORDS.c.sort_name
        return name >= last if self.descending else name <= last

    def _order(self, *columns: ColumnElement[Any]) -> list[Sort]:
        return [Sort(column, self.descending) for column in columns]


class Search:
    """What clients are to have, the term first that the fewest seem to have."""

    def __init__(self, uow: UnitOfWork, terms: Sequence[Term]) -> None:
        self._uow = uow
        counted = sorted(((_estimate(uow, term), term) for term in terms), key=lambda it: it[0])
        self.fewest, self._rarest = counted[0]
        self._others = counted[1:]
        self._terms = terms

    @property
    def is_rare_enough(self) -> bool:
        """Whether reading words in their order is quicker than walking the list."""
        return self.fewest <= MOST_IN_ORDER

    def matches(self) -> Select[Any]:
        """The ids of all clients that have all of it; some of them may come twice."""
        statement = select(CLIENT_WORDS.c.client_id).where(or_(*map(_meant, self._rarest)))
        return self._with_others(statement)

    def on_page(self, client_id: ColumnElement[Any]) -> ColumnElement[bool]:
        """Narrows a list that is read in its order, page by page, to clients that have all."""
        if self.fewest <= MOST_LOOKED_UP:
            return client_id.in_(self.matches())
        return _has(client_id, self._terms)

    def near(self, page: Alphabetical) -> int | None:
        """Among how many clients a page that nothing else narrows will find its own, most
        likely; None where looking among all of them takes no longer."""
        if self._others or self.fewest < _FEW:
            return None
        everyone = int(self._uow.session.scalar(_ALL) or 0)
        near = _MARGIN * page.most * everyone // self.fewest
        return near if near < self.fewest else None

    def first_matches(self, page: Alphabetical, near: int | None) -> Select[Any]:
        """Ids of clients that have all of it, among them all of the page, where it lies as
        `near` as that."""
        tops = []
        for word in self._rarest:
            found = select(CLIENT_WORDS.c.client_id).where(_meant(word), _is_first(word))
            tops.append(select(page.narrow(self._with_others(found), near).subquery()))
        return select(union_all(*tops).subquery())

    def _with_others(self, statement: Select[Any]) -> Select[Any]:
        """Each of the other terms in the way that is cheaper for it."""
        looked_at = []
        for count, term in self._others:
            if count > self.fewest * _ENTRIES_PER_CLIENT:
                looked_at.append(term)
            else:
                held = select(CLIENT_WORDS.c.client_id).where(or_(*map(_meant, term)))
                statement = statement.where(CLIENT_WORDS.c.client_id.in_(held))
        return (
            statement.where(_has(CLIENT_WORDS.c.client_id, looked_at)) if looked_at else statement
        )


def _meant(word: Word) -> ColumnElement[bool]:
    return CLIENT_WORDS.c.word.between(word.text, word.last)


def _is_first(word: Word) -> ColumnElement[bool]:
    """True for one of a client's words that begin so, the first."""
    return CLIENT_WORDS.c.shared < len(word.text)


def _has(client_id: ColumnElement[Any], terms: Sequence[Term]) -> ColumnElement[bool]:
    asked = literal(tsquery(terms)).cast(TSQUERY)
    words = select(CLIENT_SEARCH.c.words.op("@@")(asked))
    mine = words.where(CLIENT_SEARCH.c.client_id == client_id).correlate_except(CLIENT_SEARCH)
    return mine.scalar_subquery()


def _estimate(uow: UnitOfWork, term: Term) -> int:
    """How many words are meant, as the planner sees it."""
    each = (func.client_words_estimate(word.text, word.last) for word in term)
    return sum(map(int, uow.session.execute(select(*each)).one()))
