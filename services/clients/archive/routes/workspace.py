"""A whole workspace's data as a ZIP: its settings, and a folder for each client."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import orjson
from flask import Response
from sqlalchemy import select

from services.clients.access import queries as access
from services.clients.access.schemas.people import user_json, workspace_json
from services.clients.archive.routes.client import (
    ask_services,
    contents_of,
    left_out_of,
    sent_as,
    tell,
)
from services.clients.archive.routes.writing import (
    FORMAT,
    PAGE,
    ClientFolder,
    Source,
    add,
    new_zip,
    rows_of,
)
from services.clients.custom_fields.queries import list_fields
from services.clients.custom_fields.schemas import field_json
from services.clients.gateway.passing import composes, gateway, request_headers
from services.clients.listing.queries.saved_views import list_views
from services.clients.listing.schemas import view_json
from services.clients.lists.models import LISTS
from services.clients.lists.queries import get_list
from services.clients.lists.schemas import list_json
from services.clients.records.models.record import CLIENTS
from services.clients.records.operations.reading_tax_ids import ARCHIVE, note_shown
from services.clients.records.queries.clients import get_clients
from services.clients.records.schemas.views import present
from shared.clock import now, rfc3339
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import runtime
from shared.http.identity import origin_of, require
from shared.security.identity import Identity
from shared.security.permissions import CLIENTS_EXPORT, USERS_MANAGE, WORKSPACE_MANAGE

blueprint = ApiBlueprint("workspace-archive", __name__, url_prefix="/v1/workspace/archive")


@blueprint.route("", methods=["GET"])
@composes(WORKSPACE_MANAGE)
@blueprint.response(200, description="The workspace's data and documents, as a ZIP.")
def get_workspace_archive(identity: Identity) -> Response:
    """Everything of a workspace that the caller may view, each client as in an archive of its
    own; needs `clients.export` besides. A ZIP without its end is incomplete: a service failed
    on the way."""
    require(CLIENTS_EXPORT)
    clients = _clients(identity)
    first = next(clients, None)
    if first is not None:
        ask_services(_source(identity, first))
    left_out = left_out_of(identity, {"users": USERS_MANAGE})
    tell(identity, None, left_out)
    everyone = () if first is None else chain([first], clients)
    return sent_as(_write(identity, everyone, left_out), f"workspace-{identity.workspace_id}.zip")


def _write(
    identity: Identity, clients: Iterable[dict[str, Any]], left_out: Mapping[str, str]
) -> Iterator[bytes]:
    made, count = new_zip(), 0
    for name, part in _settings(identity, left_out).items():
        yield from add(made, f"{name}.json", [orjson.dumps(part, default=str)])
    for client in clients:
        count += 1
        source = _source(identity, client)
        yield from ClientFolder(source, contents_of(source, client), made, _path(client)).write()
    manifest = {
        "format": FORMAT,
        "made_at": rfc3339(now()),
        "made_by": identity.actor.as_dict(),
        "workspace_id": identity.workspace_id,
        "counts": {"clients": count},
        "left_out": left_out,
    }
    yield from add(made, "manifest.json", [orjson.dumps(manifest)])
    yield from made.finalize()


def _path(client: Mapping[str, Any]) -> str:
    code = client["client_code"]
    return f"clients/{code}-{client['id']}/" if code else f"clients/{client['id']}/"


def _source(identity: Identity, client: Mapping[str, Any]) -> Source:
    return Source(gateway(), identity, str(client["id"]), request_headers())


def _settings(identity: Identity, left_out: Mapping[str, str]) -> dict[str, Any]:
    """What the workspace has beside its clients, by the names of the files."""
    with runtime().unit_of_work(origin_of(identity)) as uow:
        found: dict[str, Any] = {
            "workspace": workspace_json(access.get_workspace(uow)),
            "lists": {name: list_json(get_list(uow, name)) for name in LISTS},
            "custom_fields": [field_json(each) for each in list_fields(uow)],
            "views": list(rows_of(lambda at: list_views(uow, at, PAGE).as_dict(view_json))),
        }
        if "users" not in left_out:
            users = rows_of(lambda at: access.list_users(uow, at, PAGE).as_dict(user_json))
            found["users"] = list(users)
    return found


def _clients(identity: Identity) -> Iterator[dict[str, Any]]:
    """Every client in the order they were made, those made meanwhile too; one that is deleted
    before its turn is left out. Each page is a transaction of its own."""
    after = uuid.UUID(int=0)
    while True:
        with runtime().unit_of_work(origin_of(identity)) as uow:
            next_ids = (
                select(CLIENTS.c.id).where(CLIENTS.c.id > after).order_by(CLIENTS.c.id).limit(PAGE)
            )
            ids = uow.session.scalars(next_ids).all()
            records = get_clients(uow.session, ids)
            found = [present(record, uow.vault, identity.permissions) for record in records]
            note_shown(uow, identity.permissions, ARCHIVE, found)
        yield from found
        if not ids:
            return
        after = ids[-1]
