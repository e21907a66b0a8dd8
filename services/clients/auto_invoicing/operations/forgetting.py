"""What the runs still say of clients that were deleted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

_FORGET = text(
    """
    UPDATE billing_run_items SET client_name = '', errors = '[]'
    WHERE client_id = ANY (CAST(:clients AS uuid[]))
    """
)


def forget_clients(uow: UnitOfWork, client_ids: Sequence[uuid.UUID]) -> None:
    """Take out names and findings; periods, numbers and totals belong to the books."""
    uow.session.execute(_FORGET, {"clients": list(client_ids)})
