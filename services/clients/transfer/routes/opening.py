"""Whose a file is: of whoever made it, and of those who may see all that may be in it."""

from __future__ import annotations

from services.clients.jobs.models import Job
from services.clients.records.operations.reading_tax_ids import IMPORTS, note_reading
from services.clients.transfer.errors import FileOfAnother
from services.clients.transfer.models import CLIENTS, TIME, Import
from services.clients.transfer.rules.mapping import suggested
from shared.http.identity import current_identity, is_caller
from shared.security.permissions import CLIENTS_VIEW_TAX_ID, PROJECTS_VIEW
from shared.unit_of_work import UnitOfWork

#: The permission to view all that may be in a file, by what it is of.
_SHOWING = {CLIENTS: CLIENTS_VIEW_TAX_ID, TIME: PROJECTS_VIEW}


def sees_file(taken: Import) -> bool:
    """Whether the caller may read the rows of a file that was sent."""
    return is_caller(taken.created_by) or _may(_SHOWING[taken.content])


def require_rows(taken: Import) -> None:
    """Refuse the rows of another's file; raises `FileOfAnother`."""
    if not sees_file(taken):
        needed = _SHOWING[taken.content]
        raise FileOfAnother(f"Whoever sent it, or who has {needed}, can open it.")


def note_opened(uow: UnitOfWork, *files: Import) -> None:
    """Tell the audit of files that others sent, where a column of one is of tax ids."""
    of_others = (each for each in files if not is_caller(each.created_by))
    if any("tax_id" in suggested(each.columns).values() for each in of_others):
        note_reading(uow, IMPORTS)


def require_export(job: Job) -> None:
    """Refuse the file of another's export that holds tax ids; raises `FileOfAnother`."""
    is_masked = CLIENTS_VIEW_TAX_ID not in job.permissions
    if not (is_masked or is_caller(job.origin["actor"]) or _may(CLIENTS_VIEW_TAX_ID)):
        raise FileOfAnother(f"Whoever had it made, or who has {CLIENTS_VIEW_TAX_ID}, can open it.")


def _may(permission: str) -> bool:
    return permission in current_identity().permissions
