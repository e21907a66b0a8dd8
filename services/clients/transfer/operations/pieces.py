"""Writing pieces of files."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text

from services.clients.transfer.errors import QuotaExceeded
from services.clients.transfer.models import QUOTA_BYTES
from services.clients.transfer.queries import sealed
from shared.unit_of_work import UnitOfWork

_ADD = text(
    """
    INSERT INTO transfer_pieces (owner_id, part, number, workspace_id, sealed)
    VALUES (:owner, :part, :number, :workspace, :sealed)
    """
)
_DROP = text("DELETE FROM transfer_pieces WHERE owner_id = :owner AND part = :part")
_USED = text(
    "SELECT sum(octet_length(sealed)) FROM transfer_pieces WHERE workspace_id = :workspace"
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('transfer ' || :workspace, 0))")


def reserve_room(uow: UnitOfWork, size: int = 0) -> None:
    """Raise `QuotaExceeded` unless there is room for so many bytes; nobody else of the workspace
    reserves any until the transaction ends, so that two cannot take the same."""
    uow.session.execute(_LOCK, {"workspace": str(uow.workspace_id)})
    if not has_room(uow, size):
        raise QuotaExceeded(f"Files of imports and exports may take {QUOTA_BYTES} bytes together.")


def has_room(uow: UnitOfWork, size: int = 0) -> bool:
    """Whether the workspace's files may grow by so many bytes; counted is what is stored."""
    used = uow.session.scalar(_USED, {"workspace": uow.workspace_id}) or 0
    return int(used) + size <= QUOTA_BYTES


def add_piece(uow: UnitOfWork, owner_id: uuid.UUID, part: str, number: int, piece: bytes) -> None:
    """Store a piece under its number."""
    uow.session.execute(
        _ADD,
        {
            "owner": owner_id,
            "part": part,
            "number": number,
            "workspace": uow.workspace_id,
            "sealed": sealed(uow.vault, piece),
        },
    )


def add_rows(uow: UnitOfWork, owner_id: uuid.UUID, number: int, rows: Sequence[Any]) -> None:
    """Store rows as a piece."""
    add_piece(uow, owner_id, "rows", number, orjson.dumps(rows))


def drop_pieces(uow: UnitOfWork, owner_id: uuid.UUID, part: str) -> None:
    """A part of a file is not needed any more."""
    uow.session.execute(_DROP, {"owner": owner_id, "part": part})
