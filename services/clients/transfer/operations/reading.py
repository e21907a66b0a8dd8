"""Reading the file of an import into pieces of rows."""

from __future__ import annotations

import tempfile
import time
import uuid
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from services.clients.jobs.models import Job
from services.clients.jobs.operations.ending import fail_job
from services.clients.jobs.operations.kinds import Turn
from services.clients.transfer.errors import Unreadable
from services.clients.transfer.models import PIECE_ROWS, READY, UNREADABLE, Import
from services.clients.transfer.operations.pieces import add_rows, drop_pieces
from services.clients.transfer.queries import file_bytes, get_import
from services.clients.transfer.rules.reading import Table, read_table
from shared.unit_of_work import UnitOfWork

_SAMPLE_ROWS = 5
_CANCELLED = {"code": "cancelled", "message": "Reading it was cancelled. Send the file again."}


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


class FileReader(Turn):
    """Reads a file into pieces of rows."""

    def __init__(self) -> None:
        self._open: _OpenFile | None = None
        self._goes_on: uuid.UUID | None = None
        self._until = 0.0

    def work(self, uow: UnitOfWork, job: Job) -> bool:
        """Read the next piece; a file that cannot be read fails its job."""
        assert job.import_id is not None
        self._goes_on = None
        try:
            return self._read(uow, job, get_import(uow.session, job.import_id))
        except Unreadable as error:
            fail_job(uow, job, error.code, error.message)
            return False

    @property
    def wants_more(self) -> bool:  # type: ignore[override]  # it depends on how long it took
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


def give_up_reading(uow: UnitOfWork, job: Job) -> None:
    """Nobody reads the file any more, as the job failed or was cancelled: the import says why."""
    assert job.import_id is not None
    taken = get_import(uow.session, job.import_id)
    taken.state = UNREADABLE
    taken.problem = job.problem or _CANCELLED
    drop_pieces(uow, taken.id, "file")
    drop_pieces(uow, taken.id, "rows")
