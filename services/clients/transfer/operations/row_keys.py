"""By what rows of a file are known to one another: the first row that has a key keeps it.

A key is a column and a value. It is stored as a keyed hash, as rows of files are not to be
read in the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import orjson
from sqlalchemy import text

from services.clients.jobs.models import Job
from shared.unit_of_work import UnitOfWork

_CONTEXT = "clients.transfer.keys"

_NOTE = text(
    """
    INSERT INTO job_keys (job_id, key, workspace_id, row)
    SELECT :job, k.key, :workspace, k.row
    FROM jsonb_to_recordset(CAST(:keys AS jsonb)) AS k (key bytea, row bigint)
    ON CONFLICT DO NOTHING
    """
)
_SEEN = text(
    "SELECT key, row FROM job_keys WHERE job_id = :job AND key = ANY(CAST(:keys AS bytea[]))"
)

Key = tuple[str, str | bytes]


def keys_seen(uow: UnitOfWork, job: Job, keys: Collection[Key]) -> dict[Key, int]:
    """In which row of the job each of the keys has been met."""
    if not keys:
        return {}
    wanted = {_hidden(uow, key): key for key in keys}
    found = uow.session.execute(_SEEN, {"job": job.id, "keys": list(wanted)})
    return {wanted[bytes(key)]: row for key, row in found}


def note_keys(uow: UnitOfWork, job: Job, rows: Mapping[Key, int]) -> None:
    """Note in which row each of the keys was met first."""
    if rows:
        keys = [{"key": f"\\x{_hidden(uow, key).hex()}", "row": row} for key, row in rows.items()]
        given = {"job": job.id, "workspace": uow.workspace_id, "keys": orjson.dumps(keys).decode()}
        uow.session.execute(_NOTE, given)


def _hidden(uow: UnitOfWork, key: Key) -> bytes:
    return uow.vault.keyed_hash(f"{key[0]} {key[1]!r}", _CONTEXT)
