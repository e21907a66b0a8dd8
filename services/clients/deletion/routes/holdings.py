"""What the other services hold of a client, for the plan of its deletion.

They are asked with no transaction open. One that does not answer is left out, and the plan
says so: it never stands in the way of a deletion.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from flask import Response, g

from services.clients.deletion.models import Holdings
from services.clients.gateway.errors import PartUnavailable
from services.clients.gateway.gateway import Call
from services.clients.gateway.passing import gateway, request_headers
from shared.http.edge import View
from shared.http.identity import require
from shared.security.identity import Identity

# Long enough for a count, short enough that a frozen service holds up nobody.
PATIENCE_SECONDS = 0.7
_SERVICES = ("documents", "activity")


def holdings_of(identity: Identity, client_id: uuid.UUID) -> Holdings:
    """How much each service holds now; both are asked at once."""
    pending = {
        service: gateway().start(_call(identity, client_id, service)) for service in _SERVICES
    }
    found: dict[str, Any] = {}
    notes = {}
    for service, answer in pending.items():
        try:
            found |= _counts(answer.result(PATIENCE_SECONDS).content)
        except PartUnavailable:
            notes[service] = f"The {service} service does not answer at the moment."
    counts = {name: found.get(name) for name in ("documents", "bytes", "entries")}
    return Holdings(**counts, notes=notes)


def problem_of_documents(identity: Identity, client_id: uuid.UUID) -> str | None:
    """Why the documents of a deleted client are not gone yet, in words, if they say so."""
    pending = gateway().start(_call(identity, client_id, "documents"))
    try:
        refused = _counts(pending.result(PATIENCE_SECONDS).content).get("refused", 0)
    except PartUnavailable:
        return "The documents service does not answer at the moment."
    if not refused:
        return None
    return f"The file store refuses to remove {refused} of the documents. They are tried again."


def _counts(content: bytes) -> dict[str, int]:
    """What it counted; a refusal has no counts, such as of a client it has not heard of yet."""
    holdings = orjson.loads(content)
    return {name: value for name, value in holdings.items() if isinstance(value, int)}


def _call(identity: Identity, client_id: uuid.UUID, service: str) -> Call:
    path = f"/v1/clients/{client_id}/holdings"
    headers = {
        name: value
        for name, value in request_headers().items()
        if name in {"X-Request-ID", "traceparent"}
    }
    return Call(service, "GET", path, identity, headers=headers, limit_seconds=PATIENCE_SECONDS)


def asking_first(permission: str) -> Callable[[View], View]:
    """A view that finds the holdings in `g`; they are asked for before its transaction begins."""

    def decorate(view: View) -> View:
        @wraps(view)
        def endpoint(client_id: uuid.UUID) -> Any | Response:
            g.holdings = holdings_of(require(permission), client_id)
            return view(client_id=client_id)

        return endpoint

    return decorate
