"""Why a client is not there. Features above this one know more than that it never was.

A look-up asks only once it has found nothing, so it costs nothing where there is a client.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.clients.records.errors import ClientMerged, ClientNotFound
from shared.errors import DomainError
from shared.registry import Registry


@dataclass(frozen=True, slots=True)
class Reason:
    """Tells what to raise for the client of an id; None where it is not missing for that."""

    name: str
    of: Callable[[Session, uuid.UUID], DomainError | None]


REASONS: Registry[Reason] = Registry("reasons why a client is missing")


def why_missing(session: Session, client_id: uuid.UUID) -> DomainError:
    """What to raise for a client that was not found: the first reason that is its own."""
    found = (reason.of(session, client_id) for reason in REASONS)
    return next((error for error in found if error is not None), ClientNotFound())


def of_present_client(session: Session, query: Mapping[str, Any]) -> dict[str, Any]:
    """The query of a list; where it names a client that was merged, it names the one under whose id
    that lives on."""
    named = query.get("client_id")
    gone = None if named is None else why_missing(session, named)
    if isinstance(gone, ClientMerged):
        return {**query, "client_id": uuid.UUID(gone.present)}
    return dict(query)
