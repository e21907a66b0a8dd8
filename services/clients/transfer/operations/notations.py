"""How the rows of a job's file write days and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.clients.transfer.models import Import
from services.clients.transfer.rules.notations import PLAIN, Notation


def notation_of(taken: Import, params: Mapping[str, Any]) -> Notation:
    """As the mapping says; one that was stored before it could say so says nothing."""
    dates, decimals = params.get("dates", PLAIN), params.get("decimals", PLAIN)
    return Notation(dates, decimals, shows_numbers=taken.format == "xlsx")
