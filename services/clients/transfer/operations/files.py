"""An import's file: taken in, read into rows, and held against a mapping."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from services.clients.transfer.errors import (
    FileTooLarge,
    ImportBusy,
    ImportNotReady,
    InvalidTransfer,
    Unreadable,
)
from services.clients.transfer.models import (
    OPEN,
    PIECE_ROWS,
    READ,
    READING,
    READY,
    UNREADABLE,
    Import,
    Job,
)
from services.clients.transfer.operations.jobs import create_job, fail_job
from services.clients.transfer.operations.pieces import add_piece, add_rows, drop_pieces
from services.clients.transfer.queries import file_bytes, get_import, jobs_of_import
from services.clients.transfer.rules.mapping import mapping_errors
from services.clients.transfer.rules.reading import Table, format_of, read_table
from shared.clock import now
from shared.errors import FieldError
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork

MAX_FILE_BYTES = 64 << 20
_SAMPLE_ROWS = 5


def take_file(
    uow: UnitOfWork, file_name: str, pieces: Iterable[bytes], permissions: Collection[str]
) -> Import:
    """Keep a file that arrives piece by piece, and have it read.

    Raises `FileTooLarge`, and `InvalidTransfer` where it is no file that an import can read.
    """
    import_id, size, beginning = uuid7(), 0, b""
    for number, piece in enumerate(pieces):
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise FileTooLarge(f"At most {MAX_FILE_BYTES >> 20} MiB; cut it in two.")
        beginning = beginning or piece
        add_piece(uow, import_id, "file", number, piece)
    taken = _import(uow, import_id, file_name, _format(file_name, beginning), size)
    uow.session.add(taken)
    create_job(uow, READ, {}, permissions, import_id)
    return taken


def _format(file_name: str, beginning: bytes) -> str:
    try:
        if not beginning:
            raise Unreadable("empty", "There is nothing in the file.")
        return format_of(file_name, beginning)
    except Unreadable as error:
        raise InvalidTransfer(errors=[FieldError("", error.code, error.message)]) from error


def _import(
    uow: UnitOfWork, import_id: uuid.UUID, file_name: str, file_format: str, size: int
) -> Import:
    return Import(
        id=import_id,
        workspace_id=uow.workspace_id,
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


def open_import(uow: UnitOfWork, import_id: uuid.UUID) -> Import:
    """The import, locked and with nobody at work on it, its file read.

    Raises `ImportNotFound`, `ImportNotReady`, `ImportBusy`.
    """
    found = get_import(uow.session, import_id, for_update=True)
    if found.state != READY:
        raise ImportNotReady(f"It is {found.state}.", state=found.state)
    busy = [job for job in jobs_of_import(uow.session, import_id) if job.state in OPEN]
    if busy:
        raise ImportBusy(f"See /v1/jobs/{busy[0].id}.", job_id=str(busy[0].id))
    return found


def start_job(
    uow: UnitOfWork,
    import_id: uuid.UUID,
    kind: str,
    params: Mapping[str, Any],
    permissions: Collection[str],
) -> Job:
    """Have the file tried or carried out with a mapping; raises as `open_import`, and
    `InvalidTransfer` with what is wrong with the mapping."""
    found = open_import(uow, import_id)
    wrong = list(mapping_errors(found.columns, params["mapping"], params["constants"]))
    if wrong:
        raise InvalidTransfer(errors=wrong)
    job = create_job(uow, kind, params, permissions, import_id)
    job.total = found.rows
    return job


@dataclass(slots=True)
class _OpenFile:
    """A file of which so many rows have been read."""

    file: IO[bytes]
    table: Table
    rows: int = 0

    def take(self, count: int) -> list[Any]:
        """The next rows; fewer only at the end."""
        taken = list(islice(self.table.rows, count))
        self.rows += len(taken)
        return taken

    def go_on_to(self, rows: int) -> None:
        """Skip what was read elsewhere."""
        for _ in islice(self.table.rows, rows - self.rows):
            self.rows += 1


# A workbook cannot be entered in the middle. So a file is left open for the next turn, which
# mostly comes to this process again; elsewhere its rows are skipped by reading them again.
_left_open: dict[uuid.UUID, _OpenFile] = {}


class FileReader:
    """Reads a file into pieces of rows; made anew for each turn."""

    def __init__(self) -> None:
        self._open: _OpenFile | None = None
        self._goes_on: uuid.UUID | None = None
        self._until = 0.0

    def __call__(self, uow: UnitOfWork, job: Job) -> bool:
        """Read the next piece; whether it was the last."""
        assert job.import_id is not None
        self._goes_on = None
        taken = get_import(uow.session, job.import_id)
        try:
            return self._read(uow, job, taken)
        except Unreadable as error:
            taken.state = UNREADABLE
            taken.problem = {"code": error.code, "message": error.message}
            fail_job(job, error.code, error.message)
            drop_pieces(uow, taken.id, "file")
            drop_pieces(uow, taken.id, "rows")
            return False

    @property
    def wants_more(self) -> bool:
        """Whether the turn should go on although others wait: it reads for as long as it took
        to come to its place, or it would never come to an end."""
        return time.monotonic() < self._until

    def close(self) -> None:
        """Let go of the file, or leave it open where there is more of it to read."""
        for job_id in (*_left_open,):
            _left_open.pop(job_id).file.close()
        if self._open is not None and self._goes_on is not None:
            _left_open[self._goes_on] = self._open
        elif self._open is not None:
            self._open.file.close()

    def _read(self, uow: UnitOfWork, job: Job, taken: Import) -> bool:
        done = job.saved.get("rows", 0)
        if self._open is None:
            self._open = self._opened(uow, job, taken, done)
        rows = self._open.take(PIECE_ROWS)
        number = job.saved.get("pieces", 0)
        if number == 0:
            _describe(taken, self._open.table, rows)
        if rows:
            add_rows(uow, taken.id, number, rows)
        job.saved = {"pieces": number + 1, "rows": done + len(rows)}
        job.done = job.saved["rows"]
        if len(rows) == PIECE_ROWS:
            self._goes_on = job.id
            return False
        taken.state, taken.rows = READY, job.saved["rows"]
        job.total = taken.rows
        drop_pieces(uow, taken.id, "file")
        return True

    def _opened(self, uow: UnitOfWork, job: Job, taken: Import, done: int) -> _OpenFile:
        begun = time.monotonic()
        found = _left_open.pop(job.id, None)
        # Rows of a transaction that came to nothing are read once more.
        if found is None or found.rows > done:
            found = _open_file(uow, taken)
        found.go_on_to(done)
        self._until = 2 * time.monotonic() - begun
        return found


def _open_file(uow: UnitOfWork, taken: Import) -> _OpenFile:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed once it is read
    for piece in file_bytes(uow, taken.id):
        file.write(piece)
    return _OpenFile(file, read_table(file, taken.format))


def _describe(taken: Import, table: Table, rows: list[Any]) -> None:
    taken.columns = table.columns
    taken.details = table.details
    taken.sample = [row for _number, row in rows[:_SAMPLE_ROWS]]
