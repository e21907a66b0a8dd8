"""New rows of an import that are much like a client, or like a row before them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence

from services.clients.jobs.models import Job
from services.clients.records.errors import duplicate_fields
from services.clients.records.models.json_rows import keys_of
from services.clients.records.models.record import Record
from services.clients.records.queries.duplicates import like_new
from services.clients.transfer.models import CREATE, PREVIEW
from services.clients.transfer.operations.row_keys import Key, keys_seen, note_keys
from shared.errors import FieldError
from shared.security.permissions import CLIENTS_VIEW, CLIENTS_VIEW_TAX_ID
from shared.unit_of_work import UnitOfWork

_FIELDS = {
    "name_key": "company_name",
    "website_host": "website",
    "email_domain": "primary_contact.email",
    "tax_id_hash": "tax_id",
}

NewRow = tuple[int, Record]


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
    sees = CLIENTS_VIEW_TAX_ID in job.permissions
    known = like_new(uow.session, clients, waits=job.kind != PREVIEW, sees_tax_ids=sees)
    named = CLIENTS_VIEW in job.permissions
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
    if job.kind == PREVIEW:
        note_keys(uow, job, fresh)
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
    return keys_seen(uow, job, {key for of_row in keys for key in of_row})
