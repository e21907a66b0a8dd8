"""What can stand against a transfer."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooLarge


class ImportNotFound(NotFound):
    """No import of this id in the workspace."""

    code = "imports.not_found"
    title = "No such import"


class ImportNotReady(Conflict):
    """Its file is still being read, or could not be read."""

    code = "imports.not_ready"
    title = "The file of this import has not been read"


class ImportBusy(Conflict):
    """Another job of this import is at work."""

    code = "imports.busy"
    title = "A job of this import is at work"


class ImportCarriedOut(Conflict):
    """Its rows have been taken as they were read."""

    code = "imports.carried_out"
    title = "The import has been carried out"


class NothingToUndo(Conflict):
    """The import was not carried out, or was undone."""

    code = "imports.nothing_to_undo"
    title = "There is nothing to undo"


class InvalidTransfer(Invalid):
    """What was asked for breaks a rule."""

    code = "transfer.invalid"
    title = "Some values are wrong"


class FileTooLarge(TooLarge):
    """The file is larger than an import takes."""

    code = "imports.too_large"
    title = "The file is too large"


class QuotaExceeded(Conflict):
    """The files of the workspace's imports and exports would take more than they may."""

    code = "transfer.quota_exceeded"
    title = "There is no room for another file; the oldest go first, after a week"


class FileGone(Gone):
    """The file was kept for some days and is gone."""

    code = "transfer.file_gone"
    title = "The file is not kept any more"


class FileOfAnother(Forbidden):
    """Somebody else had it made, and it may hold what the caller may not see."""

    code = "transfer.file_of_another"
    title = "This file may hold what you may not see"


class FileNotReady(Conflict):
    """The export is not done, so there is no file."""

    code = "exports.not_ready"
    title = "This export has no file"


class NothingRejected(NotFound):
    """The last run of the import refused no row."""

    code = "imports.nothing_rejected"
    title = "No row was refused"


class Unreadable(Exception):
    """A file cannot be read as what it says it is: a stable code and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
