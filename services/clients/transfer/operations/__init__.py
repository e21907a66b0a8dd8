"""Transfer's commands: jobs, and the steps of each kind of them."""

from __future__ import annotations

from services.clients.transfer.operations.bulk import plan_bulk, start_bulk
from services.clients.transfer.operations.exporting import start_export
from services.clients.transfer.operations.files import open_import, start_job, take_file
from services.clients.transfer.operations.jobs import (
    cancel_job,
    claim_turn,
    fail_job,
    finish_job,
    forget_old,
    hold_turn,
    note_progress,
    origin_of,
    release_turn,
)
from services.clients.transfer.operations.undoing import start_undo

__all__ = [
    "cancel_job",
    "claim_turn",
    "fail_job",
    "finish_job",
    "forget_old",
    "hold_turn",
    "note_progress",
    "open_import",
    "origin_of",
    "plan_bulk",
    "release_turn",
    "start_bulk",
    "start_export",
    "start_job",
    "start_undo",
    "take_file",
]
