"""What stops a command on documents, each with its public code."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed, Unavailable


class DocumentNotFound(NotFound):
    """No such document of this client in this workspace."""

    code = "documents.not_found"
    title = "No such document"


class ClientGone(NotFound):
    """The client was deleted; nothing is kept for it any more."""

    code = "clients.not_found"
    title = "No such client"


class StaleVersion(PreconditionFailed):
    """The document has changed since the caller read it."""

    code = "documents.stale_version"
    title = "The document has changed since you read it"

    def __init__(self, version: int) -> None:
        super().__init__(version, f"It is at version {version} now.", version=version)


class NotAvailable(Conflict):
    """The document's state does not allow this; `status` says which it is in."""

    code = "documents.not_available"
    title = "The document's state does not allow this"


class PaperKept(Conflict):
    """A paper was made of the books, and the same bytes are served as long as its client is."""

    code = "documents.paper_kept"
    title = "A paper is not deleted by itself"


class QuotaExceeded(Conflict):
    """The workspace's files would take more than its quota."""

    code = "documents.quota_exceeded"
    title = "The workspace has no room for this file"


class SpoolUnavailable(Unavailable):
    """This machine has no room to check a file; that says nothing about the file."""

    code = "documents.spool_unavailable"
    title = "Files cannot be checked at the moment"


class UploadIncomplete(Invalid):
    """What arrived is not what was announced; the same link takes another attempt."""


class NotUploaded(UploadIncomplete):
    """Nothing was put to the link, or not all parts of it."""

    code = "documents.not_uploaded"
    title = "The file has not been uploaded"


class SizeMismatch(UploadIncomplete):
    """More or fewer bytes than announced."""

    code = "documents.size_mismatch"
    title = "The uploaded file has another size than announced"


class ChecksumMismatch(UploadIncomplete):
    """Other bytes than announced."""

    code = "documents.checksum_mismatch"
    title = "The uploaded file has another SHA-256 than announced"


class Refused(Invalid):
    """The file itself is not taken; this verdict on a document is final."""


class UnsupportedType(Refused):
    """A type that is not on the list, whatever its name."""

    code = "documents.unsupported_type"
    title = "Files of this type are not accepted"


class TypeMismatch(Refused):
    """The name promises another type than the bytes are."""

    code = "documents.type_mismatch"
    title = "The file is not what its name says"


class FileTooLarge(Refused):
    """Larger than is taken, as it stands or unpacked."""

    code = "documents.too_large"
    title = "The file is too large"


class Macros(Refused):
    """An Office file that carries programs."""

    code = "documents.macros"
    title = "Office files with macros are not accepted"


class Encrypted(Refused):
    """An Office file under a password: nobody can tell what it carries."""

    code = "documents.encrypted"
    title = "Encrypted Office files are not accepted"


class TooManyPixels(Refused):
    """A picture so large that whoever opens it runs out of memory."""

    code = "documents.too_many_pixels"
    title = "The picture is too large to be opened"


class Polyglot(Refused):
    """A file that is a valid file of a second, dangerous kind as well."""

    code = "documents.polyglot"
    title = "The file holds a second file of another kind"


class Unreadable(Refused):
    """Reading it brought the check down each time it was tried."""

    code = "documents.unreadable"
    title = "The file could not be checked"


REFUSALS: dict[str, type[Refused]] = {
    kind.code: kind
    for kind in (
        UnsupportedType,
        TypeMismatch,
        FileTooLarge,
        Macros,
        Encrypted,
        Polyglot,
        Unreadable,
    )
}
