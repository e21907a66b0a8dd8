"""The timeline, which the façade passes on to, and how much of it a deletion would take."""

from __future__ import annotations

import uuid
from typing import Any

from services.activity.events import schemas
from services.activity.events.queries import timeline as queries
from services.activity.events.rules import texts
from shared.http.blueprint import ApiBlueprint, InternalBlueprint
from shared.http.edge import Answer, reads
from shared.http.paging import Sort, page
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("timeline", __name__, url_prefix="/v1/clients/<uuid:client_id>")
holdings = InternalBlueprint(
    "holdings", __name__, url_prefix="/v1/clients/<uuid:client_id>/holdings"
)


@blueprint.route("/activity", methods=["GET"])
@reads("clients.view")
@blueprint.arguments(schemas.TimelineQuery, location="query")
@blueprint.response(200, schemas.TimelinePage)
def get_activity(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """The events of a client, newest or oldest first."""
    client_ids = queries.ids_of(uow.session, client_id)
    wanted = _filter(query)
    descending = query["order"] == schemas.NEWEST
    found = page(
        uow.session,
        uow.vault,
        queries.timeline(client_ids, wanted),
        [Sort(column, descending) for column in queries.ORDER],
        scope=f"activity:{client_id}:{query['order']}:{wanted}",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    return Answer(found.as_dict(schemas.present))


@holdings.route("", methods=["GET"])
@reads("clients.delete")
def get_holdings(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """How many entries the deletion of this client would take along."""
    client_ids = queries.ids_of(uow.session, client_id)
    return Answer({"entries": queries.count_entries(uow.session, client_ids)})


def _filter(query: dict[str, Any]) -> queries.Filter:
    kinds = query.get("kind")
    return queries.Filter(
        types=texts.types_of(kinds) if kinds else None,
        person=query.get("person"),
        since=query.get("since"),
        until=query.get("until"),
    )
