"""Reading imports, and the pieces of files."""

from __future__ import annotations

import uuid
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.clients.access.models import User
from services.clients.transfer.errors import FileGone, ImportNotFound
from services.clients.transfer.models import CLIENTS, PIECE_CONTEXT, Import
from services.clients.values.addresses import email_key
from shared.http.paging import Page, Sort, page
from shared.security.crypto import Vault
from shared.unit_of_work import UnitOfWork

Rows = list[Any]

_WITH_OLD = text("SELECT workspaces_with_old_transfers(:files, :imports)")
_PIECE = text(
    "SELECT sealed FROM transfer_pieces WHERE owner_id = :owner AND part = :part AND number = :n"
)
_HOLDERS = text(
    """
    SELECT k.code, k.client_id, c.id IS NOT NULL AS lives
    FROM client_codes k LEFT JOIN clients c ON c.id = k.client_id AND c.client_code = k.code
    WHERE k.code = ANY(CAST(:codes AS text[]))
    """
)
_PROJECTS = text(
    """
    SELECT p.id, p.code, p.name, c.client_code FROM projects p JOIN clients c ON c.id = p.client_id
    WHERE lower(p.code) = ANY (CAST(:typed AS text[]))
       OR lower(p.name) = ANY (CAST(:typed AS text[]))
    """
)
_BEFORE = text("SELECT sealed FROM job_rows_before WHERE job_id = :job AND row = :row")


def workspaces_with_old_files(
    session: Session, files: datetime, imports: datetime
) -> list[uuid.UUID]:
    """Every workspace with files or imports from before these times."""
    return list(session.scalars(_WITH_OLD, {"files": files, "imports": imports}))


def get_import(
    session: Session, import_id: uuid.UUID, content: str | None = None, *, for_update: bool = False
) -> Import:
    """The import, if it is of this content (None: of any); raises `ImportNotFound`."""
    found = session.get(Import, import_id, with_for_update=for_update or None)
    if found is None or content not in {None, found.content}:
        raise ImportNotFound
    return found


def list_imports(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's imports of clients, the newest first."""
    return page(
        uow.session,
        uow.vault,
        select(Import).where(Import.content == CLIENTS),
        [Sort(Import.id, descending=True)],
        scope="imports",
        cursor=cursor,
        limit=limit,
    )


def holders_of(session: Session, codes: Collection[str]) -> dict[str, uuid.UUID | None]:
    """Whose each taken code is; None where no living client goes by it."""
    found = session.execute(_HOLDERS, {"codes": list(codes)})
    return {code: client_id if lives else None for code, client_id, lives in found}


@dataclass(frozen=True, slots=True)
class ProjectMeant:
    """A project that goes by what was typed, and the code of its client."""

    id: uuid.UUID
    client_code: str | None


def projects_meant(session: Session, typed: Collection[str]) -> dict[str, list[ProjectMeant]]:
    """The projects that have each text as their code or, if none has, as their name."""
    by_code: dict[str, list[ProjectMeant]] = defaultdict(list)
    by_name: dict[str, list[ProjectMeant]] = defaultdict(list)
    asked = {"typed": [each.lower() for each in typed]}
    for project_id, code, name, client_code in session.execute(_PROJECTS, asked):
        found = ProjectMeant(project_id, client_code)
        by_code[str(code).lower()].append(found)
        by_name[name.lower()].append(found)
    return {each: by_code.get(each.lower()) or by_name.get(each.lower(), []) for each in typed}


def users_of_addresses(session: Session, typed: Collection[str]) -> dict[str, uuid.UUID]:
    """The users of the workspace by their addresses, folded."""
    keys = [email_key(each) for each in typed]
    users = select(User.email_key, User.id).where(User.email_key.in_(keys))
    return dict(session.execute(users).all())


def before_of(uow: UnitOfWork, job_id: uuid.UUID, row: int) -> dict[str, Any] | None:
    """How a client was before a row changed it; None where that is not known any more."""
    sealed = uow.session.scalar(_BEFORE, {"job": job_id, "row": row})
    if sealed is None:
        return None
    found: dict[str, Any] = orjson.loads(uow.vault.decrypt(bytes(sealed), PIECE_CONTEXT))
    return found


def find_bytes(uow: UnitOfWork, owner_id: uuid.UUID, part: str, number: int) -> bytes | None:
    """One piece; None where there is none of that number."""
    given = {"owner": owner_id, "part": part, "n": number}
    sealed = uow.session.scalar(_PIECE, given)
    return None if sealed is None else opened(uow.vault, bytes(sealed))


def find_rows(uow: UnitOfWork, owner_id: uuid.UUID, number: int) -> Rows | None:
    """One piece of rows."""
    found = find_bytes(uow, owner_id, "rows", number)
    return None if found is None else orjson.loads(found)


def file_bytes(uow: UnitOfWork, owner_id: uuid.UUID) -> Iterator[bytes]:
    """The file as it was sent, piece by piece; raises `FileGone`."""
    number = 0
    while (piece := find_bytes(uow, owner_id, "file", number)) is not None:
        yield piece
        number += 1
    if number == 0:
        raise FileGone


def sealed(vault: Vault, piece: bytes) -> bytes:
    """A piece as it is stored."""
    return vault.encrypt(zlib.compress(piece, 1), PIECE_CONTEXT)


def opened(vault: Vault, stored: bytes) -> bytes:
    """The piece that was stored."""
    return zlib.decompress(vault.decrypt(stored, PIECE_CONTEXT))
