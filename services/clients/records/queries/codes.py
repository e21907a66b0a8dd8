"""Reading which codes are free, and whose a code is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.clients.records.rules.codes import suggestions

#: Suggestions that are looked up before all codes of the workspace are read.
_FIRST_CODES = 60


_TAKEN = text("SELECT code FROM client_codes WHERE code = ANY(CAST(:codes AS text[]))")


_ALL_TAKEN = text("SELECT code FROM client_codes")


_HOLDER = text(
    """
    SELECT k.client_id, k.frozen_at, c.company_name
    FROM client_codes k LEFT JOIN clients c ON c.id = k.client_id WHERE k.code = :code
    """
)


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
