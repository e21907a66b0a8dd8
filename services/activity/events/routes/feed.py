"""The feed of a workspace's events, which the façade passes on to."""

from __future__ import annotations

from typing import Any

import orjson

from services.activity.events import schemas
from services.activity.events.operations.following import Follower, next_page
from services.activity.events.queries import timeline
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads
from shared.http.identity import current_identity
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("feed", __name__, url_prefix="/v1/events")


@blueprint.route("", methods=["GET"])
@reads("clients.view")
@blueprint.arguments(schemas.FeedQuery, location="query")
@blueprint.response(200, schemas.FeedPage)
@blueprint.alt_response(409, description="`events.log_reset`: begin again from `earliest`.")
@blueprint.alt_response(410, description="`events.cursor_expired`: go on from `earliest`.")
def get_events(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The events after a cursor, each once, per client and source in the order they happened.

    What the caller may not view is left out and passed over. A page has at most 1 MiB, and may
    be empty while `next` moves on.
    """
    permissions = current_identity().permissions
    follower = Follower.of(uow.vault, uow.workspace_id, permissions, query.get("types"))
    client = query.get("client")
    clients = None if client is None else timeline.ids_of(uow.session, client)
    told = next_page(uow.connection, follower, query.get("after"), query["limit"], clients)
    events = [orjson.Fragment(event) for event in told.events]
    return Answer({"events": events, "next": told.next, "head": told.head})
