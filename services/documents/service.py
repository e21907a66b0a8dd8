"""The documents service: the files of clients, checked and kept in the object store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.documents.settings import DocumentsSettings
from shared.service import TIDY_SECONDS, Job, Service

if TYPE_CHECKING:
    from services.documents.files.operations.uploads import Uploads
    from shared.http.app import Api
    from shared.messaging.inbox import Apply
    from shared.service import RegisterJobs


def _api(settings: DocumentsSettings) -> Api:
    from services.documents.files import routes
    from shared.http.app import Api

    # It is ready without the store: details can be read and changed while only files cannot.
    return Api(
        blueprints=[
            routes.blueprint,
            routes.holdings,
            routes.search,
            routes.expiring,
            routes.stored,
            routes.made,
            routes.shared,
        ],
        extensions={"clientele.uploads": _uploads(settings)},
    )


def _consumers() -> list[Apply]:
    from services.documents.files import consumers

    return [consumers.apply]


def _register_jobs(settings: DocumentsSettings) -> list[RegisterJobs]:
    from services.documents.files import tasks
    from shared.housekeeping import register_idempotency_purge

    return [
        partial(tasks.register_tasks, uploads=partial(_uploads, settings)),
        register_idempotency_purge,
    ]


def _uploads(settings: DocumentsSettings) -> Uploads:
    from services.documents.files.operations.uploads import Uploads
    from shared.storage.minio_store import store_for

    return Uploads(store_for(settings), settings)


DOCUMENTS = Service(
    name="documents",
    settings=DocumentsSettings,
    api=_api,
    consumers=_consumers,
    uses=(
        *("clients.client.created.", "clients.client.merged."),
        *("clients.client.deleted.", "clients.draft.discarded."),
    ),
    register_jobs=_register_jobs,
    jobs=(
        Job("documents.check_documents", every_seconds=2.0),
        Job("documents.erase_clients", every_seconds=2.0),
        Job("documents.sweep_documents", every_seconds=30.0),
        Job("documents.purge_idempotency_keys", every_seconds=TIDY_SECONDS),
    ),
)
