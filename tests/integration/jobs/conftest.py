"""Jobs are those of transfer, the one feature that has any."""

from __future__ import annotations

from tests.integration.transfer.conftest import database, transfer

__all__ = ["database", "transfer"]
