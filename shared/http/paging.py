"""Keyset paging: stable under inserts, as fast on the last page as on the first.

A cursor holds the sort values of the last row, which its holder has seen, signed together with
the list it belongs to; a forged one, or one of another list, is a 422.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from shared.errors import FieldError, Invalid
from shared.security.crypto import Vault
from shared.security.signing import NotSigned, signed, unsigned

_CONTEXT = "cursor"
#: What the rows of a page take at most where they are measured, but for the last of them.
MAX_PAGE_BYTES = 1_048_576


class BadCursor(Invalid):
    """The cursor was not handed out for this list."""

    code = "invalid_cursor"
    title = "This cursor does not belong to this list"

    def __init__(self) -> None:
        message = "Use the `next` of the page before, or leave it out to start again."
        super().__init__(message, errors=[FieldError("cursor", "invalid_cursor", message)])


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort column; it holds no nulls, and the last of a list of sorts is unique."""

    column: SQLColumnExpression[Any]
    descending: bool = False

    @property
    def clause(self) -> ColumnElement[Any]:
        """As `ORDER BY` takes it."""
        return self.column.desc() if self.descending else self.column.asc()


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page and the cursor of the next, None on the last."""

    rows: list[Any]
    next: str | None

    def as_dict(self, show: Callable[[Any], Any]) -> dict[str, Any]:
        """As callers see it, each row as `show` puts it."""
        return {"data": [show(row) for row in self.rows], "next": self.next}


def page(
    session: Session,
    vault: Vault,
    statement: Select[Any],
    sorts: Sequence[Sort],
    *,
    scope: str,
    cursor: str | None,
    limit: int,
) -> Page:
    """One page. `scope` names the list with its filters, so that cursors do not mix.

    Rows are the statement's entity where it selects one, else its row.
    """
    width = len(statement.column_descriptions)
    columns = [sort.column for sort in sorts]
    statement = statement.where(*rows_after(vault, scope, cursor, sorts))
    ordered = statement.add_columns(*columns).order_by(*(sort.clause for sort in sorts))
    found = session.execute(ordered.limit(limit + 1)).all()
    following = None
    if len(found) > limit:
        following = cursor_after(vault, scope, list(found[limit - 1][width:]))
    rows = [row[0] if width == 1 else row[:width] for row in found[:limit]]
    return Page(rows, following)


def measured_page(
    session: Session,
    vault: Vault,
    entity: type[Any],
    rows: Subquery,
    keys: Sequence[Sort],
    size: ColumnElement[int],
    *,
    scope: str,
    limit: int,
) -> Page:
    """As `page`, of a list whose rows may be large: it ends, too, with the row that makes
    `MAX_PAGE_BYTES` full by these sizes, and the database sends no more.

    `rows` are the first that lie behind the cursor, one more than the limit where there are;
    `keys` are columns of them.
    """
    in_order = [key.clause for key in keys]
    upto = func.sum(size).over(order_by=in_order, rows=(None, 0))
    follows = func.coalesce(func.lead(true()).over(order_by=in_order), False)
    columns = (rows, (upto - size).label("before"), follows.label("follows"))
    measured = select(*columns).order_by(*in_order).limit(limit).subquery()
    kept = [Sort(measured.c[cast(Any, key.column).key], key.descending) for key in keys]
    statement = (
        select(aliased(entity, measured), measured.c.follows, *(key.column for key in kept))
        .where(measured.c.before < MAX_PAGE_BYTES)
        .order_by(*(key.clause for key in kept))
    )
    found = session.execute(statement).all()
    following = None
    if found and found[-1].follows:
        following = cursor_after(vault, scope, list(found[-1][2:]))
    return Page([row[0] for row in found], following)


def rows_after(
    vault: Vault, scope: str, cursor: str | None, sorts: Sequence[Sort]
) -> list[ColumnElement[bool]]:
    """What confines a list to the rows behind the cursor; nothing without one."""
    if cursor is None:
        return []
    return [_after(sorts, _open(vault, scope, cursor, len(sorts)))]


def cursor_after(vault: Vault, scope: str, values: list[Any]) -> str:
    """A cursor that goes on after the row with these sort values, in the list named `scope`."""
    return signed(vault, _CONTEXT, scope.encode(), [_tagged(value) for value in values])


def _after(sorts: Sequence[Sort], values: list[Any]) -> ColumnElement[bool]:
    bound = [literal(v, cast(Any, s.column).type) for s, v in zip(sorts, values, strict=True)]
    if len({sort.descending for sort in sorts}) == 1:
        left, right = tuple_(*(s.column for s in sorts)), tuple_(*bound)
        return left < right if sorts[0].descending else left > right
    return or_(*(_step(sorts, bound, depth) for depth in range(len(sorts))))


def _step(
    sorts: Sequence[Sort], bound: Sequence[ColumnElement[Any]], depth: int
) -> ColumnElement[bool]:
    same = [s.column == v for s, v in zip(sorts[:depth], bound[:depth], strict=True)]
    last, value = sorts[depth], bound[depth]
    beyond = last.column < value if last.descending else last.column > value
    return and_(*same, beyond)


def _open(vault: Vault, scope: str, cursor: str, count: int) -> list[Any]:
    try:
        values = unsigned(vault, _CONTEXT, scope.encode(), cursor)
    except NotSigned as error:
        raise BadCursor from error
    if len(values) != count:
        raise BadCursor
    return [_untagged(value) for value in values]


def _tagged(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, uuid.UUID):
        return {"u": str(value)}
    return value


def _untagged(value: Any) -> Any:
    if isinstance(value, dict):
        if "t" in value:
            return datetime.fromisoformat(value["t"])
        if "d" in value:
            return date.fromisoformat(value["d"])
        return uuid.UUID(value["u"])
    return value
