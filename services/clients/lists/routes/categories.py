"""Documents are filed under the workspace's list of categories: looked up on their way."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from flask import g, request

from services.clients.gateway.passing import Look
from services.clients.lists.models import CATEGORIES
from services.clients.lists.queries import choices, find_entry
from services.clients.lists.rules.entries import Entry
from shared.errors import Invalid
from shared.http.blueprint import refuse_depth
from shared.http.edge import KEPT_ONLY
from shared.security.identity import Identity
from shared.unit_of_work import UnitOfWork


def listed(look: Look) -> Look:
    """The look, and that the category in the request's body is in the list.

    It is passed on as the list spells it. Raises `Invalid`. A document that is changed may keep
    a category that was retired since: whether it has it, the documents service knows.
    """

    def checked(uow: UnitOfWork, identity: Identity, owner_id: uuid.UUID) -> Any:
        found = look(uow, identity, owner_id)
        body = _body()
        if isinstance(body.get("category"), str):
            entry = _entry(uow, body["category"])
            if entry.retired:
                # Passed on as written: the document may have it under an earlier name.
                g.extra_headers = {KEPT_ONLY: "category"}
            else:
                g.content = orjson.dumps({**body, "category": entry.name})
        return found

    return checked


def _body() -> dict[str, Any]:
    """What is no object the documents service refuses by itself. Raises `TooLarge`."""
    raw = request.get_data(cache=True)
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    refuse_depth(raw, body)
    return body if isinstance(body, dict) else {}


def _entry(uow: UnitOfWork, written: str) -> Entry:
    entry = find_entry(uow, CATEGORIES, written)
    if entry is None or (entry.retired and request.method == "POST"):
        message = f"Is not in the workspace's list: {choices(uow, CATEGORIES)}."
        raise Invalid.at("category", "not_in_list", message)
    return entry
