"""Lists of a workspace over HTTP. The answer's `ETag` is the list's version; `If-Match` is
honoured where it is sent."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.lists import operations, queries
from services.clients.lists.models import LISTS, ListState
from services.clients.lists.rules.entries import Entry
from services.clients.lists.schemas import (
    ListEntryBody,
    ListEntryChanges,
    ListEntryView,
    WorkspaceListView,
    entry_json,
    list_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.security.permissions import CLIENTS_VIEW, WORKSPACE_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "lists",
    __name__,
    url_prefix="/v1/workspace",
    description="What clients and documents may be filed under",
)


def _serve_list(name: str) -> None:
    """The routes of one list, each under a name of its own."""
    path = f"/{name.replace('_', '-')}"
    one = f"{path}/<uuid:entry_id>"
    words = name.replace("_", " ")

    @blueprint.route(path, methods=["GET"], endpoint=f"get_{name}")
    @reads(CLIENTS_VIEW)
    @blueprint.response(200, WorkspaceListView)
    @blueprint.doc(operationId=f"get_{name}", summary=f"The workspace's {words}")
    def get_list(uow: UnitOfWork) -> Answer:
        """All entries in their order, retired ones too."""
        listed = queries.get_list(uow, name)
        return Answer(list_json(listed), etag=listed.version)

    @blueprint.route(path, methods=["POST"], endpoint=f"post_{name}")
    @writes(WORKSPACE_MANAGE)
    @blueprint.arguments(ListEntryBody)
    @blueprint.response(201, ListEntryView)
    @blueprint.doc(operationId=f"post_{name}", summary=f"Add to the {words}")
    def post_entry(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
        """Add an entry, at the end if no position is given."""
        listed, entry = operations.add_entry(uow, name, body, if_match())
        return _answer(listed, entry, 201, f"/v1/workspace{path}/{entry.id}")

    @blueprint.route(one, methods=["GET"], endpoint=f"get_{name}_entry")
    @reads(CLIENTS_VIEW)
    @blueprint.response(200, ListEntryView)
    @blueprint.doc(operationId=f"get_{name}_entry", summary=f"One of the {words}")
    def get_entry(uow: UnitOfWork, entry_id: uuid.UUID) -> Answer:
        """One entry."""
        listed = queries.get_list(uow, name)
        return _answer(listed, operations.find_entry(listed, entry_id))

    @blueprint.route(one, methods=["PATCH"], endpoint=f"patch_{name}")
    @writes(WORKSPACE_MANAGE)
    @blueprint.arguments(ListEntryChanges)
    @blueprint.response(200, ListEntryView)
    @blueprint.doc(operationId=f"patch_{name}", summary=f"Change one of the {words}")
    def patch_entry(uow: UnitOfWork, body: dict[str, Any], entry_id: uuid.UUID) -> Answer:
        """Rename, move, retire or restore an entry; records keep what is written on them."""
        return _answer(*operations.update_entry(uow, name, entry_id, body, if_match()))

    @blueprint.route(one, methods=["DELETE"], endpoint=f"delete_{name}")
    @writes(WORKSPACE_MANAGE)
    @blueprint.response(204)
    @blueprint.doc(operationId=f"delete_{name}", summary=f"Retire one of the {words}")
    def delete_entry(uow: UnitOfWork, entry_id: uuid.UUID) -> Answer:
        """Retire an entry: nobody can choose it any more; records that have it keep it."""
        changes = {"retired": True}
        listed, _entry = operations.update_entry(uow, name, entry_id, changes, if_match())
        return Answer(None, 204, etag=listed.version)


for _name in LISTS:
    _serve_list(_name)


def _answer(
    listed: ListState, entry: Entry, status: int = 200, location: str | None = None
) -> Answer:
    shown = entry_json(listed, entry)
    return Answer(shown, status, etag=listed.version, location=location)
