"""From an announced file to a checked one: transactions and the store, in crash-safe order.

No transaction is open while the store is talked to. Each step first writes down what it is
about to do, so whatever a crash leaves is found: a pending row by its age, a check by its
lease, an object that no row names by its key.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.documents.files import queries
from services.documents.files.errors import (
    REFUSALS,
    ChecksumMismatch,
    FileTooLarge,
    NotAvailable,
    NotUploaded,
    Refused,
    SizeMismatch,
    SpoolUnavailable,
    Unreadable,
    UploadIncomplete,
)
from services.documents.files.models import AVAILABLE, CHECKING, PENDING, QUARANTINED, Document
from services.documents.files.operations import checking, details
from services.documents.files.operations.checking import Claim
from services.documents.files.operations.details import Upload
from services.documents.files.rules import keys
from services.documents.files.rules.checks.inspection import Verdict, inspect
from services.documents.settings import DocumentsSettings
from shared.clock import now
from shared.errors import FieldError, Unavailable
from shared.failpoints import failpoint
from shared.storage.store import ObjectMissing, ObjectStore, Part, PartsRefused, StoreUnavailable
from shared.unit_of_work import UnitOfWork

Begin = Callable[[], UnitOfWork]

_SPOOL = "clientele-check-"


@dataclass(frozen=True, slots=True)
class PartLink:
    """Where one part goes."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class UploadLinks:
    """Where the bytes go: one address, or one per part of `part_size` bytes."""

    expires_at: datetime
    url: str | None = None
    part_size: int | None = None
    parts: tuple[PartLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Uploads:
    """Uploads of one service: its store and the limits of its settings."""

    store: ObjectStore
    settings: DocumentsSettings

    def announce(
        self, begin: Begin, client_id: uuid.UUID, body: Mapping[str, Any]
    ) -> tuple[Document, UploadLinks]:
        """Expect a file and say where its bytes go. Raises `StoreUnavailable` before anything
        is written if they could not go there now."""
        size = int(body["size"])
        self._refuse_large(size)
        self.store.check()
        key = keys.staging_key()
        in_parts = size > self.settings.document_multipart_bytes
        upload_id = self.store.begin_multipart(key) if in_parts else None
        expires_at = now() + self.settings.upload_link_life
        upload = Upload(key, upload_id, expires_at + self.settings.upload_grace)
        links = self._links(upload, size, expires_at)
        with begin() as uow:
            quota = self.settings.document_quota_bytes
            document = details.create_document(uow, client_id, body, upload, quota)
        return document, links

    def take(
        self,
        begin: Begin,
        client_id: uuid.UUID,
        document_id: uuid.UUID,
        body: Mapping[str, Any],
        data: bytes,
    ) -> Document:
        """Keep a paper that a service has made, under the id it has given it, checked like any
        other. Doing so again changes nothing, and finishes what had been begun. Raises
        `StoreUnavailable` before anything is written."""
        self.store.check()
        with begin() as uow:
            document = uow.session.get(Document, document_id)
        if document is None:
            document = self._expect(begin, client_id, document_id, {**body, "size": len(data)})
        if document.status == PENDING:
            self.store.put(keys.required(document.staging_key), data, str(body["content_type"]))
        return self.complete(begin, client_id, document_id, ())

    def _expect(
        self, begin: Begin, client_id: uuid.UUID, document_id: uuid.UUID, body: Mapping[str, Any]
    ) -> Document:
        life = self.settings.upload_link_life + self.settings.upload_grace
        upload = Upload(keys.staging_key(), None, now() + life)
        paper = {**body, "paper": True}
        with begin() as uow:
            quota = self.settings.document_quota_bytes
            return details.create_document(uow, client_id, paper, upload, quota, document_id)

    def complete(
        self, begin: Begin, client_id: uuid.UUID, document_id: uuid.UUID, parts: Sequence[Part]
    ) -> Document:
        """The bytes are there: check them now, or, if they are many, leave it to a job.

        Returns the document, available or `checking`; raises why not. Asking again gives the
        same answer, and another try where the upload had only been incomplete.
        """
        with begin() as uow:
            document = queries.get_document(uow.session, client_id, document_id)
        if document.status != PENDING:
            return settled(document)
        self._assemble(document, parts)
        at_once = document.size <= self.settings.document_inline_bytes
        with begin() as uow:
            document, claim = checking.start_check(uow, client_id, document_id, at_once=at_once)
        failpoint("documents.after_claim")
        return settled(document if claim is None else self._check_at_once(begin, claim))

    def check_claimed(self, begin: Begin, claim: Claim) -> Document:
        """Carry out a check that is ours; returns the document in its new state.

        Raises `UploadIncomplete` (the upload is awaited again) and `Unavailable` (the claim
        stands, nothing was decided). If another attempt has taken over meanwhile, it alone
        decides, and its objects are left to it.
        """
        try:
            verdict, sha256 = self._copy_and_examine(begin, claim)
        except Refused as refusal:
            return self._refuse(begin, claim, refusal)
        except UploadIncomplete:
            with begin() as uow:
                reopened = checking.reopen_upload(uow, claim)
            if reopened is None:
                return self._overtaken(begin, claim)
            self._discard(claim.final_key)
            raise
        return self._pass(begin, claim, verdict, sha256)

    def _check_at_once(self, begin: Begin, claim: Claim) -> Document:
        try:
            return self.check_claimed(begin, claim)
        except Unavailable:
            with begin() as uow:
                checking.reopen_upload(uow, claim)
            raise

    def _copy_and_examine(self, begin: Begin, claim: Claim) -> tuple[Verdict, str]:
        if claim.attempt > checking.MAX_ATTEMPTS:
            raise Unreadable(f"The check was begun {claim.attempt - 1} times and never ended.")
        if not claim.copied:
            self._copy(claim)
            failpoint("documents.after_copy")
            with begin() as uow:
                checking.mark_copied(uow, claim)
        with self._spooled(claim) as (path, sha256):
            return inspect(path, claim.file_name), sha256

    def _pass(self, begin: Begin, claim: Claim, verdict: Verdict, sha256: str) -> Document:
        failpoint("documents.before_available")
        with begin() as uow:
            document = checking.pass_check(uow, claim, verdict, sha256)
        failpoint("documents.after_available")
        if document is None:
            return self._overtaken(begin, claim)
        self._discard(claim.staging_key)
        return document

    def _overtaken(self, begin: Begin, claim: Claim) -> Document:
        with begin() as uow:
            return queries.get_document(uow.session, claim.client_id, claim.document_id)

    def _refuse(self, begin: Begin, claim: Claim, refusal: Refused) -> Document:
        with begin() as uow:
            document = checking.refuse_document(uow, claim, refusal)
        if document is None:
            return self._overtaken(begin, claim)
        self._discard(claim.final_key)
        self._discard(claim.staging_key)
        return document

    def _refuse_large(self, size: int) -> None:
        most = self.settings.document_max_bytes
        if size > most:
            message = f"A document may have {most} bytes at most."
            raise FileTooLarge(message, errors=[FieldError("size", "too_large", message)])

    def _links(self, upload: Upload, size: int, expires_at: datetime) -> UploadLinks:
        life = self.settings.upload_link_life
        if upload.upload_id is None:
            return UploadLinks(expires_at, self.store.upload_link(upload.staging_key, life, size))
        part_size = self.settings.document_part_bytes
        key, upload_id = upload.staging_key, upload.upload_id
        parts = tuple(
            PartLink(number, self.store.part_link(key, upload_id, number, life, rest))
            for number, rest in enumerate(_part_sizes(size, part_size), 1)
        )
        return UploadLinks(expires_at, part_size=part_size, parts=parts)

    def _assemble(self, document: Document, parts: Sequence[Part]) -> None:
        """Make one object of the parts, if there are parts, and see that it has its size."""
        key = keys.required(document.staging_key)
        try:
            if document.upload_id is not None:
                self._join(document, key, document.upload_id, parts)
            stored = self.store.stat(key)
        except ObjectMissing as error:
            raise NotUploaded("Put the file to the link first, then complete.") from error
        _expect_size(document.size, stored.size)

    def _join(self, document: Document, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """A crash may have come after the parts were joined: then the object is there."""
        try:
            listed = sorted(parts or self.store.parts(key, upload_id), key=lambda it: it.number)
            self._expect_all(document, listed)
            self.store.finish_multipart(key, upload_id, listed)
        except PartsRefused as error:
            if not self._is_stored(key):
                raise NotUploaded("The parts do not make up the file.") from error

    def _expect_all(self, document: Document, listed: Sequence[Part]) -> None:
        """Parts are joined once and for all, so that none may be missing."""
        count = -(-document.size // self.settings.document_part_bytes)
        missing = sorted({*range(1, count + 1)} - {part.number for part in listed})
        if missing:
            raise NotUploaded(f"Of {count} parts, number {missing[0]} has not arrived yet.")

    def _is_stored(self, key: str) -> bool:
        try:
            self.store.stat(key)
        except ObjectMissing:
            return False
        return True

    def _copy(self, claim: Claim) -> None:
        try:
            self.store.copy(claim.staging_key, claim.final_key)
        except ObjectMissing as error:
            raise NotUploaded("The uploaded file is no longer there.") from error

    @contextlib.contextmanager
    def _spooled(self, claim: Claim) -> Iterator[tuple[Path, str]]:
        """The checked copy as a local file, read once: its path and SHA-256."""
        with _spool_file(self.settings.spool_folder) as path:
            sha256, size = self._fetch(claim, path)
            _expect_size(claim.size, size)
            if claim.sha256 is not None and claim.sha256 != sha256:
                raise ChecksumMismatch(f"The SHA-256 of what arrived is {sha256}.")
            yield path, sha256

    def _fetch(self, claim: Claim, path: Path) -> tuple[str, int]:
        """Copy the object to `path`, at most one chunk past the size that was announced."""
        digest, size = hashlib.sha256(), 0
        try:
            with self.store.open(claim.final_key) as chunks, _writing(path) as write:
                for chunk in chunks:
                    digest.update(chunk)
                    write(chunk)
                    size += len(chunk)
                    if size > claim.size:
                        break
        except ObjectMissing as error:
            raise NotUploaded("The uploaded file is no longer there.") from error
        return digest.hexdigest(), size

    def _discard(self, key: str) -> None:
        """Remove an object that no row names any more; if not now, the sweeper finds it."""
        with contextlib.suppress(StoreUnavailable):
            self.store.remove(key)


def settled(document: Document) -> Document:
    """A document whose check is done or under way; raises its refusal or its absence."""
    if document.status in {AVAILABLE, CHECKING}:
        return document
    if document.status == QUARANTINED and document.refusal is not None:
        raise REFUSALS[document.refusal["code"]](document.refusal["detail"])
    raise NotAvailable(f"The document is {document.status}.", document_status=document.status)


def _part_sizes(size: int, part_size: int) -> Iterator[int]:
    """Of equal parts the last one is what is left."""
    for start in range(0, size, part_size):
        yield min(part_size, size - start)


def _expect_size(announced: int, actual: int) -> None:
    if announced != actual:
        more = "at least " if actual > announced else ""
        raise SizeMismatch(f"{announced} bytes were announced, {more}{actual} arrived.")


@contextlib.contextmanager
def _spool_file(folder: Path | None) -> Iterator[Path]:
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.NamedTemporaryFile(dir=folder, prefix=_SPOOL))
        except OSError as error:
            raise SpoolUnavailable(str(error)) from error
        yield Path(file.name)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[Callable[[bytes], None]]:
    with path.open("wb") as spool:

        def write(chunk: bytes) -> None:
            try:
                spool.write(chunk)
                spool.flush()
            except OSError as error:  # A full disk says nothing about the file.
                raise SpoolUnavailable(str(error)) from error

        yield write
