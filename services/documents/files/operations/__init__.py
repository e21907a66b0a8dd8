"""What can be done to a document inside one transaction.

None of these talks to the store; `uploads` and `removals` put them and the store in an order
that a crash at any point leaves repairable.
"""

from __future__ import annotations

from services.documents.files.operations.checking import (
    MAX_ATTEMPTS,
    Claim,
    claim_check,
    mark_copied,
    pass_check,
    postpone_check,
    refuse_document,
    reopen_upload,
    start_check,
)
from services.documents.files.operations.deletion import (
    Removal,
    abandon_upload,
    finish_deletion,
    removal_of,
    start_deletion,
)
from services.documents.files.operations.details import (
    Upload,
    create_document,
    record_download,
    require_available,
    update_document,
)
from services.documents.files.operations.erasure import erase_next, forget_link

__all__ = [
    "MAX_ATTEMPTS",
    "Claim",
    "Removal",
    "Upload",
    "abandon_upload",
    "claim_check",
    "create_document",
    "erase_next",
    "finish_deletion",
    "forget_link",
    "mark_copied",
    "pass_check",
    "postpone_check",
    "record_download",
    "refuse_document",
    "removal_of",
    "reopen_upload",
    "require_available",
    "start_check",
    "start_deletion",
    "update_document",
]
