"""Reading jobs, what came of their rows, and the pieces of files."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.clients.transfer.errors import FileGone, ImportNotFound, JobNotFound
from services.clients.transfer.models import PIECE_CONTEXT, Import, Job, JobRow
from shared.http.paging import Page, Sort, page
from shared.security.crypto import Vault
from shared.unit_of_work import UnitOfWork

Rows = list[Any]

_TO_WAKE = text("SELECT workspace_id, job_id, turn FROM jobs_to_wake()")
_WITH_OLD = text("SELECT workspaces_with_old_transfers(:pieces, :jobs)")
_PIECE = text(
    "SELECT sealed FROM transfer_pieces WHERE owner_id = :owner AND part = :part AND number = :n"
)
_LAST_PIECE = text(
    "SELECT max(number) FROM transfer_pieces WHERE owner_id = :owner AND part = :part"
)
_CODES_SEEN = text(
    "SELECT code, row FROM job_rows WHERE job_id = :job AND code = ANY(CAST(:codes AS text[]))"
)
_HOLDERS = text(
    """
    SELECT k.code, k.client_id, c.id IS NOT NULL AS lives
    FROM client_codes k LEFT JOIN clients c ON c.id = k.client_id AND c.client_code = k.code
    WHERE k.code = ANY(CAST(:codes AS text[]))
    """
)
_BEFORE = text("SELECT sealed FROM job_rows_before WHERE job_id = :job AND row = :row")


def jobs_to_wake(session: Session) -> Sequence[Any]:
    """Jobs of all workspaces that nobody works on: `(workspace_id, job_id, turn)`."""
    return session.execute(_TO_WAKE).all()


def workspaces_with_old_transfers(session: Session, files: Any, jobs: Any) -> list[uuid.UUID]:
    """Every workspace with files or jobs from before these times."""
    return list(session.scalars(_WITH_OLD, {"pieces": files, "jobs": jobs}))


def get_job(session: Session, job_id: uuid.UUID, kinds: Collection[str] = ()) -> Job:
    """The job, of one of the kinds where they are told; raises `JobNotFound`."""
    job = session.get(Job, job_id)
    if job is None or (kinds and job.kind not in kinds):
        raise JobNotFound
    return job


def list_jobs(uow: UnitOfWork, filters: dict[str, Any], cursor: str | None, limit: int) -> Page:
    """A page of the workspace's jobs, the newest first."""
    statement = select(Job)
    for name in ("state", "kind", "import_id"):
        if filters.get(name):
            statement = statement.where(getattr(Job, name) == filters[name])
    return page(
        uow.session,
        uow.vault,
        statement,
        [Sort(Job.id, descending=True)],
        scope=f"jobs {sorted(filters.items(), key=str)}",
        cursor=cursor,
        limit=limit,
    )


def list_rows(
    uow: UnitOfWork, job_id: uuid.UUID, state: str | None, cursor: str | None, limit: int
) -> Page:
    """A page of what came of a job's rows, in their order."""
    statement = select(JobRow).where(JobRow.job_id == job_id)
    if state is not None:
        statement = statement.where(JobRow.state == state)
    return page(
        uow.session,
        uow.vault,
        statement,
        [Sort(JobRow.row)],
        scope=f"job {job_id} {state}",
        cursor=cursor,
        limit=limit,
    )


def rows_of(
    session: Session,
    job_id: uuid.UUID,
    states: Collection[str],
    after: int,
    limit: int,
    *,
    backwards: bool = False,
) -> Sequence[JobRow]:
    """The next rows in these states after a row, or those before it."""
    beyond = JobRow.row < after if backwards else JobRow.row > after
    statement = select(JobRow).where(JobRow.job_id == job_id, JobRow.state.in_(states), beyond)
    order = JobRow.row.desc() if backwards else JobRow.row
    return session.scalars(statement.order_by(order).limit(limit)).all()


def get_import(session: Session, import_id: uuid.UUID, *, for_update: bool = False) -> Import:
    """The import; raises `ImportNotFound`."""
    found = session.get(Import, import_id, with_for_update=for_update or None)
    if found is None:
        raise ImportNotFound
    return found


def list_imports(uow: UnitOfWork, cursor: str | None, limit: int) -> Page:
    """A page of the workspace's imports, the newest first."""
    return page(
        uow.session,
        uow.vault,
        select(Import),
        [Sort(Import.id, descending=True)],
        scope="imports",
        cursor=cursor,
        limit=limit,
    )


def jobs_of_import(session: Session, import_id: uuid.UUID) -> Sequence[Job]:
    """Every job of an import, the oldest first."""
    return session.scalars(select(Job).where(Job.import_id == import_id).order_by(Job.id)).all()


def codes_seen(session: Session, job_id: uuid.UUID, codes: Collection[str]) -> dict[str, int]:
    """In which row of the job each of the codes has been met."""
    found = session.execute(_CODES_SEEN, {"job": job_id, "codes": list(codes)})
    return {seen.code: seen.row for seen in found}


def holders_of(session: Session, codes: Collection[str]) -> dict[str, uuid.UUID | None]:
    """Whose each taken code is; None where no living client goes by it."""
    found = session.execute(_HOLDERS, {"codes": list(codes)})
    return {code: client_id if lives else None for code, client_id, lives in found}


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


def count_pieces(session: Session, owner_id: uuid.UUID, part: str) -> int:
    """How many pieces there are."""
    last = session.scalar(_LAST_PIECE, {"owner": owner_id, "part": part})
    return 0 if last is None else int(last) + 1


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
