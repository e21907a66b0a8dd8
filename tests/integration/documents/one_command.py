"""One command on documents in a process of its own, so that a test can have it killed.

Arguments: workspace, client, document, and complete, delete, check or sweep.
"""

from __future__ import annotations

import sys
import uuid

from services.documents.files.operations.removals import Removals
from services.documents.files.operations.uploads import Uploads
from services.documents.files.tasks import check_documents, sweep_documents
from services.documents.settings import DocumentsSettings
from shared.messaging.outbox import Origin
from shared.runtime import Runtime
from shared.settings import load
from shared.storage.minio_store import MinioStore
from shared.unit_of_work import UnitOfWork
from tests.factories.callers import JO


def main(workspace: str, client: str, document: str, command: str) -> None:
    """Carry out the command on the environment's engines."""
    settings = load(DocumentsSettings)
    runtime = Runtime("documents", settings)
    uploads = Uploads(MinioStore(settings), settings)

    def begin() -> UnitOfWork:
        return runtime.unit_of_work(Origin(uuid.UUID(workspace), JO, "test"))

    if command == "complete":
        uploads.complete(begin, uuid.UUID(client), uuid.UUID(document), [])
    elif command == "delete":
        Removals(uploads.store).delete(begin, uuid.UUID(client), uuid.UUID(document), None)
    elif command == "check":
        check_documents(runtime, uploads)
    else:
        sweep_documents(runtime, uploads, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
