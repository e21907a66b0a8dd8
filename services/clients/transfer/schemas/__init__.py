"""Queries, bodies and answers of transfer."""

from __future__ import annotations

from services.clients.transfer.schemas.bodies import (
    BulkBody,
    BulkPlanBody,
    ExportBody,
    FileQuery,
    ImportQuery,
    JobListQuery,
    RowListQuery,
    StartBody,
)
from services.clients.transfer.schemas.views import (
    BulkPlanView,
    ImportPage,
    ImportView,
    JobPage,
    JobView,
    RowPage,
    import_json,
    job_json,
    row_json,
)

__all__ = [
    "BulkBody",
    "BulkPlanBody",
    "BulkPlanView",
    "ExportBody",
    "FileQuery",
    "ImportPage",
    "ImportQuery",
    "ImportView",
    "JobListQuery",
    "JobPage",
    "JobView",
    "RowListQuery",
    "RowPage",
    "StartBody",
    "import_json",
    "job_json",
    "row_json",
]
