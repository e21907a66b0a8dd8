"""New rows of an import that are much like a client, or like a row before them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence

import orjson
from sqlalchemy import text

from services.clients.records.errors import duplicate_fields
from services.clients.records.models.json_rows import keys_of
from services.clients.records.models.record import Record
from services.clients.records.queries.duplicates import like_new
from services.clients.transfer.models import CREATE, PREVIEW, Job
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork

_CONTEXT = "clients.transfer.keys"
_FIELDS = {
    "name_key": "company_name",
    "website_host": "website",
    "email_domain": "primary_contact.email",
    "tax_id_hash": "tax_id",
}

# The first row of a key keeps it.
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

NewRow = tuple[int, Record]
Key = tuple[str, str | bytes]


def find_duplicates(
    uow: UnitOfWork, job: Job, new: Sequence[NewRow]
) -> dict[int, list[FieldError]]:
    """What each row has in common with a client, else with a row before it that has nothing.

    A row that is to be made all the same is not among them. Who makes a client of the same
    keys meanwhile waits for this import.
    """
    if not new or job.params["on_duplicate"] == CREATE:
        return {}
    clients = [record.client for _row, record in new]
    known = like_new(uow.session, clients, waits=job.kind != PREVIEW)
    named = "clients.view" in job.permissions
    found = {
        row: duplicate_fields(known[record.id], names_them=named)
        for row, record in new
        if record.id in known
    }
    unlike = [(row, record) for row, record in new if row not in found]
    return found | _in_file(uow, job, unlike)


def _in_file(uow: UnitOfWork, job: Job, new: Sequence[NewRow]) -> dict[int, list[FieldError]]:
    keys = {row: _keys(record) for row, record in new}
    fresh: dict[Key, int] = {}
    seen = ChainMap(fresh, _seen(uow, job, keys.values()))
    found = {}
    for row, of_row in keys.items():
        errors = _errors(of_row, seen)
        if errors:
            found[row] = errors
        else:
            fresh |= dict.fromkeys(of_row, row)
    _note(uow, job, fresh)
    return found


def _keys(record: Record) -> list[Key]:
    return [(name, key) for name, key in keys_of(record.client).items() if key is not None]


def _errors(keys: Iterable[Key], seen: Mapping[Key, int]) -> list[FieldError]:
    return [
        FieldError(
            _FIELDS[key[0]], "duplicate_in_file", f"Row {seen[key]} of this file has the same."
        )
        for key in keys
        if key in seen
    ]


def _seen(uow: UnitOfWork, job: Job, keys: Iterable[list[Key]]) -> dict[Key, int]:
    """Rows of earlier pieces; those of an import are clients by now."""
    if job.kind != PREVIEW:
        return {}
    wanted = {_hidden(uow, key): key for of_row in keys for key in of_row}
    found = uow.session.execute(_SEEN, {"job": job.id, "keys": list(wanted)})
    return {wanted[bytes(key)]: row for key, row in found}


def _note(uow: UnitOfWork, job: Job, fresh: Mapping[Key, int]) -> None:
    if job.kind == PREVIEW and fresh:
        rows = [{"key": f"\\x{_hidden(uow, key).hex()}", "row": row} for key, row in fresh.items()]
        told = {"job": job.id, "workspace": uow.workspace_id, "keys": orjson.dumps(rows).decode()}
        uow.session.execute(_NOTE, told)


def _hidden(uow: UnitOfWork, key: Key) -> bytes:
    """A key as it is stored: rows of files are not to be read in the database."""
    return uow.vault.keyed_hash(f"{key[0]} {key[1]!r}", _CONTEXT)
