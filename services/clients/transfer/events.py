"""The facts that transfer announces."""

from __future__ import annotations

from services.clients.jobs.models import Job
from shared.messaging.envelope import Event


def export_requested(job: Job) -> Event:
    """Someone takes clients out of the system: which ones, and in what form."""
    export = {
        "id": str(job.id),
        "format": job.params["format"],
        "filters": job.params["filters"],
        "columns": job.params.get("columns"),
    }
    return Event("clients.export.requested.v1", f"export/{job.id}", 1, None, {"export": export})
