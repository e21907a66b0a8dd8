"""Whose a file is: of whoever made it, and of those who may see all that may be in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.clients.jobs.models import Job
from services.clients.records.operations.reading_tax_ids import IMPORTS, note_reading
from services.clients.transfer.errors import FileOfAnother
from services.clients.transfer.models import CLIENTS, Import
from services.clients.transfer.rules.mapping import suggested
from shared.http.identity import current_identity
from shared.security.permissions import CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork


def sees_file(taken: Import) -> bool:
    """Whether the caller may read the rows of a file that was sent."""
    return taken.content != CLIENTS or _is_by_caller(taken.created_by) or _sees_all()


def require_rows(taken: Import) -> None:
    """Refuse the rows of another's file; raises `FileOfAnother`."""
    if not sees_file(taken):
        raise FileOfAnother("Whoever sent it, or who may view tax ids, can open it.")


def note_opened(uow: UnitOfWork, *files: Import) -> None:
    """Tell the audit of files that others sent, where a column of one is of tax ids."""
    of_others = (each for each in files if not _is_by_caller(each.created_by))
    if any("tax_id" in suggested(each.columns).values() for each in of_others):
        note_reading(uow, IMPORTS)


def require_export(job: Job) -> None:
    """Refuse the file of another's export that holds tax ids; raises `FileOfAnother`."""
    is_masked = CLIENTS_VIEW_TAX_ID not in job.permissions
    if not (is_masked or _is_by_caller(job.origin["actor"]) or _sees_all()):
        raise FileOfAnother("Whoever had it made, or who may view tax ids, can open it.")


def _is_by_caller(maker: Mapping[str, Any]) -> bool:
    actor = current_identity().actor
    return (maker.get("kind"), maker.get("id")) == (actor.kind, actor.id)


def _sees_all() -> bool:
    return CLIENTS_VIEW_TAX_ID in current_identity().permissions
