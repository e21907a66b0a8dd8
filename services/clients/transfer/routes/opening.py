"""Whose a file is: of whoever made it, and of those who may see all that may be in it."""

from __future__ import annotations

from services.clients.jobs.models import Job
from services.clients.records.operations.reading_tax_ids import IMPORTS, note_reading
from services.clients.transfer.errors import FileOfAnother
from services.clients.transfer.models import SHOWING, Import
from services.clients.transfer.rules.mapping import suggested
from shared.http.identity import is_caller, sees_all_of
from shared.security.permissions import CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork


def sees_file(taken: Import) -> bool:
    """Whether the caller may read the rows of a file that was sent."""
    return sees_all_of(taken.created_by, SHOWING[taken.content])


def require_rows(taken: Import) -> None:
    """Refuse the rows of another's file; raises `FileOfAnother`."""
    if not sees_file(taken):
        needed = SHOWING[taken.content]
        raise FileOfAnother(f"Whoever sent it, or who has {needed}, can open it.")


def note_opened(uow: UnitOfWork, *files: Import) -> None:
    """Tell the audit of files that others sent, where a column of one is of tax ids."""
    of_others = (each for each in files if not is_caller(each.created_by))
    if any("tax_id" in suggested(each.columns).values() for each in of_others):
        note_reading(uow, IMPORTS)


def require_export(job: Job) -> None:
    """Refuse the file of another's export that holds tax ids; raises `FileOfAnother`."""
    is_masked = CLIENTS_VIEW_TAX_ID not in job.permissions
    if not (is_masked or sees_all_of(job.origin["actor"], CLIENTS_VIEW_TAX_ID)):
        raise FileOfAnother(f"Whoever had it made, or who has {CLIENTS_VIEW_TAX_ID}, can open it.")
