"""What transfer lets go of: files after a while, and all that may name an erased client."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from services.clients.jobs.queries import jobs_that_met
from shared.unit_of_work import UnitOfWork

#: Of files and of imports, so many are deleted in one transaction.
BATCH = 200

_FORGET_PIECES, _FORGET_IMPORTS = (
    text(
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY("  # Two names of ours.
        f"SELECT ctid FROM {table} WHERE created_at < :before LIMIT :most))"
    )
    for table in ("transfer_pieces", "imports")
)

# With the file of an import goes what any job of it wrote down of its rows.
_FORGET_FILES = text(
    """
    WITH files AS (
        UPDATE imports SET sample = '[]', file_name = 'erased.' || format
        WHERE id = ANY (CAST(:imports AS uuid[]))
    ), of_files AS (
        SELECT id FROM jobs WHERE import_id = ANY (CAST(:imports AS uuid[]))
        UNION SELECT unnest(CAST(:jobs AS uuid[]))
    ), keys AS (
        DELETE FROM job_keys WHERE job_id IN (SELECT id FROM of_files)
    )
    DELETE FROM transfer_pieces WHERE owner_id = ANY (CAST(:imports AS uuid[]))
        OR owner_id IN (SELECT id FROM of_files)
    """
)


def forget_clients(uow: UnitOfWork, client_ids: Sequence[uuid.UUID]) -> None:
    """Delete the files through which these clients went, or may have gone."""
    jobs = jobs_that_met(uow.session, client_ids)
    imports = {job.import_id for job in jobs if job.import_id is not None}
    given = {"jobs": [job.id for job in jobs], "imports": list(imports)}
    uow.session.execute(_FORGET_FILES, given)


def forget_old(uow: UnitOfWork, files: datetime, imports: datetime) -> int:
    """Delete some of the workspace's files and imports from before these times; how many went."""
    pieces = uow.connection.execute(_FORGET_PIECES, {"before": files, "most": BATCH}).rowcount
    read = uow.connection.execute(_FORGET_IMPORTS, {"before": imports, "most": BATCH}).rowcount
    return pieces + read
