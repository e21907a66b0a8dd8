"""Handing out the bytes of a document: a link of the store that expires."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from services.documents.files import queries
from services.documents.files.errors import NotAvailable
from services.documents.files.operations import details
from services.documents.files.operations.uploads import Begin, Uploads
from services.documents.files.rules import keys
from shared.storage.store import Download, ObjectMissing, ObjectStore
from shared.values.file_names import attachment


def hand_out(begin: Begin, uploads: Uploads, client_id: uuid.UUID, document_id: uuid.UUID) -> str:
    """A link that saves the file under its own name; that it was handed out is an event.

    Raises `NotAvailable`, or `StoreUnavailable` rather than a link that leads nowhere.
    """
    with begin() as uow:
        document = queries.get_document(uow.session, client_id, document_id)
    details.require_available(document)
    key = keys.required(document.final_key)
    _require_stored(uploads, key)
    with begin() as uow:
        details.record_download(uow, client_id, document_id)
    content_type = document.content_type or "application/octet-stream"
    download = Download(content_type, attachment(document.file_name))
    return uploads.store.download_link(key, uploads.settings.download_link_life, download)


def read_out(
    begin: Begin, store: ObjectStore, client_id: uuid.UUID, document_id: uuid.UUID
) -> tuple[int, Iterator[bytes]]:
    """The size of a document and its bytes in chunks; raises `NotAvailable`.

    No transaction is open while they are read.
    """
    with begin() as uow:
        document = queries.get_document(uow.session, client_id, document_id)
    details.require_available(document)
    key = keys.required(document.final_key)
    return store.stat(key).size, _chunks(store, key)


def _chunks(store: ObjectStore, key: str) -> Iterator[bytes]:
    with store.open(key) as chunks:
        yield from chunks


def _require_stored(uploads: Uploads, key: str) -> None:
    try:
        uploads.store.stat(key)
    except ObjectMissing as error:
        raise NotAvailable("The bytes of the document are missing from the store.") from error
