"""Taking in the file of an import, piece by piece."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from services.clients.jobs.operations.creating import create_job
from services.clients.jobs.queries import jobs_of_import
from services.clients.transfer.errors import (
    FileGone,
    FileTooLarge,
    ImportCarriedOut,
    InvalidTransfer,
    Unreadable,
)
from services.clients.transfer.models import CLIENTS, IMPORT, READ, READING, TIME_IMPORT, Import
from services.clients.transfer.operations.pieces import add_piece, drop_pieces, reserve_room
from services.clients.transfer.queries import find_bytes
from services.clients.transfer.rules.reading import format_of
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

MAX_FILE_BYTES = 64 << 20


def take_file(
    uow: UnitOfWork,
    file_name: str,
    pieces: Iterable[bytes],
    permissions: Collection[str],
    choice: Mapping[str, Any],
    content: str = CLIENTS,
) -> Import:
    """Keep a file that arrives piece by piece, and have it read as was chosen.

    Raises `FileTooLarge`, `QuotaExceeded`, and `InvalidTransfer` where it is no file that an import
    can read.
    """
    import_id, size, beginning = uuid7(), 0, b""
    for number, piece in enumerate(pieces):
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise FileTooLarge(f"At most {MAX_FILE_BYTES >> 20} MiB; cut it in two.")
        reserve_room(uow, len(piece))
        beginning = beginning or piece
        add_piece(uow, import_id, "file", number, piece)
    file_format = _format(file_name, beginning)
    taken = _import(uow, import_id, content, file_name, file_format, size)
    uow.session.add(taken)
    create_job(uow, READ, choice, permissions, import_id)
    return taken


def read_again(
    uow: UnitOfWork, taken: Import, choice: Mapping[str, Any], permissions: Collection[str]
) -> None:
    """Have a file understood otherwise; raises `FileGone`, and `ImportCarriedOut` where its rows
    have been taken as they are."""
    if any(job.kind in (IMPORT, TIME_IMPORT) for job in jobs_of_import(uow.session, taken.id)):
        raise ImportCarriedOut("Send the file once more to read it otherwise.")
    if find_bytes(uow, taken.id, "file", 0) is None:
        raise FileGone
    drop_pieces(uow, taken.id, "rows")
    taken.state, taken.rows, taken.problem = READING, None, None
    taken.columns, taken.sample, taken.details = [], [], {}
    create_job(uow, READ, choice, permissions, taken.id)


def _format(file_name: str, beginning: bytes) -> str:
    try:
        if not beginning:
            raise Unreadable("empty", "There is nothing in the file.")
        return format_of(file_name, beginning)
    except Unreadable as error:
        raise InvalidTransfer.at("", error.code, error.message) from error


def _import(
    uow: UnitOfWork,
    import_id: uuid.UUID,
    content: str,
    file_name: str,
    file_format: str,
    size: int,
) -> Import:
    return Import(
        id=import_id,
        workspace_id=uow.workspace_id,
        content=content,
        file_name=file_name,
        format=file_format,
        size=size,
        state=READING,
        columns=[],
        sample=[],
        details={},
        rows=None,
        problem=None,
        created_by=uow.actor.as_dict(),
        created_at=now(),
    )
