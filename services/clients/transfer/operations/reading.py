"""Reading the file of an import into pieces of rows."""

from __future__ import annotations

import tempfile
import time
import uuid
from dataclasses import dataclass
from typing import Any

from services.clients.jobs.models import Job
from services.clients.jobs.operations.ending import fail_job
from services.clients.jobs.operations.kinds import Turn
from services.clients.transfer.errors import Unreadable
from services.clients.transfer.models import PIECE_ROWS, READY, UNREADABLE, Import
from services.clients.transfer.operations.pieces import add_rows, drop_pieces, has_room
from services.clients.transfer.operations.reading_apart import FileApart
from services.clients.transfer.queries import file_bytes, get_import
from services.clients.transfer.rules.tables import Table
from shared.runtime import Runtime
from shared.unit_of_work import UnitOfWork

_SAMPLE_ROWS = 5
_SAMPLE_LENGTH = 200
_CANCELLED = {"code": "cancelled", "message": "Reading it was cancelled. Send the file again."}
# How long a turn waits for rows, and all turns of a job together.
_WAIT_SECONDS = 1.0
_PATIENCE_SECONDS = 300.0
_NO_ROOM = Unreadable("quota_exceeded", "There is no room for what the file holds.")
_TOO_SLOW = Unreadable("too_much", "Reading the file takes too much time.")


@dataclass(slots=True)
class _OpenFile:
    """A file of which so many rows have been read."""

    file: FileApart
    rows: int = 0

    def take(self, count: int) -> list[Any] | None:
        """The next rows, fewer only at the end; None where they take long."""
        taken = self.file.take(count, _WAIT_SECONDS)
        self.rows += len(taken or ())
        return taken

    def has_come_to(self, rows: int) -> bool:
        """Skip what was read elsewhere; whether that is done."""
        skipped: list[Any] | None = []
        while self.rows < rows and skipped is not None:
            skipped = self.take(min(PIECE_ROWS, rows - self.rows))
        return self.rows >= rows


# A workbook cannot be entered in the middle. So files are left open for the next turn, which
# mostly comes to this process again; elsewhere their rows are skipped by reading them again.
_left_open: dict[uuid.UUID, _OpenFile] = {}
_MOST_LEFT_OPEN = 3


class FileReader(Turn):
    """Reads a file into pieces of rows.

    The rows are waited for while no transaction is open, so that the job can be cancelled at any
    moment; a turn that waited in vain ends, and others have theirs.
    """

    def __init__(self) -> None:
        self._open: _OpenFile | None = None
        self._begun, self._done = 0.0, 0
        self._goes_on: uuid.UUID | None = None
        self._rows: list[Any] | None = None
        self._error: Unreadable | None = None
        self._until = 0.0
        self._waited = 0.0

    def prepare(self, runtime: Runtime, job: Job) -> None:
        """Wait for the next piece."""
        begun, self._goes_on = time.monotonic(), None
        try:
            self._rows = self._next_rows(runtime, job)
        except Unreadable as error:
            self._error = error
        self._waited = time.monotonic() - begun

    def work(self, uow: UnitOfWork, job: Job) -> bool:
        """Write the next piece down; a file that cannot be read fails its job."""
        assert job.import_id is not None
        waited = job.saved.get("waited", 0.0) + self._waited
        if self._rows is None and self._error is None and waited > _PATIENCE_SECONDS:
            self._error = _TOO_SLOW
        if self._rows and not has_room(uow):
            self._error = _NO_ROOM
        if self._error is not None:
            fail_job(uow, job, self._error.code, self._error.message)
            return False
        if self._rows is None:
            job.saved = {**job.saved, "waited": waited}
            self._goes_on = job.id
            return False
        return self._write(uow, job, get_import(uow.session, job.import_id), self._rows)

    @property
    def wants_more(self) -> bool:  # type: ignore[override]  # it depends on how long it took
        """Whether the turn should go on although others wait: it reads for as long as it took
        to come to its place, or it would never come to an end."""
        return time.monotonic() < self._until

    def close(self) -> None:
        """Let go of the file, or leave it open where there is more of it to read."""
        if self._open is None:
            return
        if self._goes_on is None:
            self._open.file.close()
            return
        while len(_left_open) >= _MOST_LEFT_OPEN:
            _left_open.pop(next(iter(_left_open))).file.close()
        _left_open[self._goes_on] = self._open

    def _next_rows(self, runtime: Runtime, job: Job) -> list[Any] | None:
        if self._open is None:
            self._begun, self._done = time.monotonic(), job.saved.get("rows", 0)
            self._open = self._opened(runtime, job)
        if self._open.rows < self._done:
            if not self._open.has_come_to(self._done):
                return None
            self._until = 2 * time.monotonic() - self._begun
        return self._open.take(PIECE_ROWS)

    def _opened(self, runtime: Runtime, job: Job) -> _OpenFile:
        """As it was left, unless its rows were of a transaction that came to nothing."""
        found = _left_open.pop(job.id, None)
        if found is not None and found.rows > self._done:
            found.file.close()
            found = None
        return found or _open_file(runtime, job)

    def _write(self, uow: UnitOfWork, job: Job, taken: Import, rows: list[Any]) -> bool:
        assert self._open is not None
        number, done = job.saved.get("pieces", 0), job.saved.get("rows", 0)
        if number == 0 and self._open.file.head is not None:
            _describe(taken, self._open.file.head, rows)
        if rows:
            add_rows(uow, taken.id, number, rows)
        job.saved = {"pieces": number + 1, "rows": done + len(rows)}
        job.done = job.saved["rows"]
        if len(rows) == PIECE_ROWS:
            self._goes_on = job.id
            return False
        taken.state, taken.rows = READY, job.saved["rows"]
        job.total = taken.rows
        return True


def _open_file(runtime: Runtime, job: Job) -> _OpenFile:
    """Have a child begin with the file."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed once it is read
    assert job.import_id is not None
    with runtime.unit_of_work(runtime.own_origin(job.workspace_id)) as uow:
        taken = get_import(uow.session, job.import_id)
        for piece in file_bytes(uow, taken.id):
            file.write(piece)
    return _OpenFile(FileApart(file, taken.format, job.params))


def _describe(taken: Import, table: Table, rows: list[Any]) -> None:
    taken.columns = table.columns
    taken.details = table.details
    taken.sample = [[cell[:_SAMPLE_LENGTH] for cell in row[1]] for row in rows[:_SAMPLE_ROWS]]


def give_up_reading(uow: UnitOfWork, job: Job) -> None:
    """Nobody reads the file any more, as the job failed or was cancelled: the import says why."""
    assert job.import_id is not None
    taken = get_import(uow.session, job.import_id)
    taken.state = UNREADABLE
    taken.problem = job.problem or _CANCELLED
    drop_pieces(uow, taken.id, "rows")
