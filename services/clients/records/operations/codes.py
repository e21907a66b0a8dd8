"""Claiming, freezing and giving back the three letters of a client.

A claim is one insert into a table whose key is the code, so of two transactions that want
the same letters the second waits for the first and then sees them taken.
"""

from __future__ import annotations

import uuid

from sqlalchemy import text

from services.clients.records.errors import CodeFrozen
from services.clients.records.models.record import Client
from services.clients.records.queries.codes import code_holder, free_codes
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings, Wrong

_SUGGESTED = 3

_CLAIM = text(
    """
    INSERT INTO client_codes (workspace_id, code, client_id)
    VALUES (:workspace_id, :code, :client_id) ON CONFLICT DO NOTHING RETURNING code
    """
)
_FREEZE = text(
    """
    UPDATE client_codes SET frozen_at = coalesce(frozen_at, clock_timestamp())
    WHERE code = :code AND client_id = :client_id
    """
)
_RELEASE = text("DELETE FROM client_codes WHERE client_id = :client_id AND frozen_at IS NULL")
_MOVE = text("UPDATE client_codes SET client_id = :target WHERE client_id = :source")


def change_code(uow: UnitOfWork, found: Findings, client: Client, code: str | None) -> None:
    """Claim another code for the client, or add to the findings that it is taken.

    The code it had stays reserved for it. Raises `CodeFrozen`.
    """
    _refuse_frozen(uow, client)
    if code is not None and not _claim(uow, client, code):
        found.add("client_code", taken(uow, code, client.company_name))


def taken(uow: UnitOfWork, code: str, name: str) -> Wrong:
    """Who has the code, and which ones are free."""
    holder = code_holder(uow.session, code)
    whose = holder.company_name if holder and holder.company_name else "a client that was deleted"
    free = ", ".join(free_codes(uow.session, name, _SUGGESTED))
    return Wrong("taken", f"Taken by {whose.rstrip('.')}. Free: {free or 'none'}")


def freeze_code(uow: UnitOfWork, client: Client) -> None:
    """Hold the client to its code from now on: an invoice was issued under it."""
    uow.session.execute(_FREEZE, {"code": client.client_code, "client_id": client.id})


def release_codes(uow: UnitOfWork, client_id: uuid.UUID) -> None:
    """Give back the codes of a client that goes; frozen ones stay taken for ever."""
    uow.session.execute(_RELEASE, {"client_id": client_id})


def move_codes(uow: UnitOfWork, source_id: uuid.UUID, target_id: uuid.UUID) -> None:
    """Let all codes of a client be another's; one that stands on an invoice stays taken by it."""
    uow.session.execute(_MOVE, {"source": source_id, "target": target_id})


def _refuse_frozen(uow: UnitOfWork, client: Client) -> None:
    if client.client_code is None:
        return
    holder = code_holder(uow.session, client.client_code)
    if holder is not None and holder.is_frozen:
        raise CodeFrozen(client.client_code)


def _claim(uow: UnitOfWork, client: Client, code: str) -> bool:
    values = {"workspace_id": uow.workspace_id, "code": code, "client_id": client.id}
    if uow.session.execute(_CLAIM, values).one_or_none() is not None:
        return True
    holder = code_holder(uow.session, code)
    return holder is not None and holder.client_id == client.id
