"""The timeline, which the façade passes on to, and how much of it a deletion would take."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Response, stream_with_context

from services.activity.events import events, schemas
from services.activity.events.queries import timeline as queries
from services.activity.events.rules import exports, texts, viewing
from shared.http.blueprint import ApiBlueprint, InternalBlueprint
from shared.http.edge import Answer, reads
from shared.http.identity import current_identity
from shared.http.paging import Page
from shared.http.steps import Begin, steps
from shared.security.permissions import CLIENTS_DELETE, CLIENTS_EXPORT, CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

# Entries that an export holds at a time, and between two looks at the database.
EXPORT_PAGE = 500

blueprint = ApiBlueprint("timeline", __name__, url_prefix="/v1/clients/<uuid:client_id>")
holdings = InternalBlueprint(
    "holdings", __name__, url_prefix="/v1/clients/<uuid:client_id>/holdings"
)


@blueprint.route("/activity", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(schemas.TimelineQuery, location="query")
@blueprint.response(200, schemas.TimelinePage)
def get_activity(uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """The events of a client, newest or oldest first; what belongs to invoices, projects or
    documents only to those who may view that kind. A page has at most some 1 MiB."""
    found = _page(uow, query, client_id, query.get("cursor"), query["limit"])
    return Answer(found.as_dict(schemas.present))


@blueprint.route("/activity/export", methods=["GET"])
@steps(CLIENTS_EXPORT)
@blueprint.arguments(schemas.ExportQuery, location="query")
@blueprint.response(200, content_type=exports.CONTENT_TYPES["csv"])
def export_activity(begin: Begin, query: dict[str, Any], client_id: uuid.UUID) -> Response:
    """All of a timeline that passes the filters, as CSV or as one JSON object per line; the log
    says that it was taken."""
    with begin() as uow:
        first = _page(uow, query, client_id, None, EXPORT_PAGE)
        filters = schemas.public_filters(query)
        uow.publish(events.export_requested(client_id, query["format"], filters))

    def pages() -> Iterator[Page]:
        """Each read in a transaction of its own: none is open while the caller is slow."""
        page = first
        yield page
        while page.next:
            with begin() as uow:
                page = _page(uow, query, client_id, page.next, EXPORT_PAGE)
            yield page

    shown = (schemas.present(entry) for page in pages() for entry in page.rows)
    written = exports.WRITERS[query["format"]](shown)
    response = Response(
        stream_with_context(written), mimetype=exports.CONTENT_TYPES[query["format"]]
    )
    name = f"timeline-{client_id}.{query['format']}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(
    uow: UnitOfWork, query: dict[str, Any], client_id: uuid.UUID, cursor: str | None, limit: int
) -> Page:
    wanted = _filter(query)
    return queries.timeline(
        uow.session,
        uow.vault,
        queries.ids_of(uow.session, client_id),
        wanted,
        newest_first=query["order"] == schemas.NEWEST,
        scope=f"activity:{client_id}:{query['order']}:{wanted}",
        cursor=cursor,
        limit=limit,
    )


@holdings.route("", methods=["GET"])
@reads(CLIENTS_DELETE)
def get_holdings(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """How many entries the deletion of this client would take along."""
    client_ids = queries.ids_of(uow.session, client_id)
    return Answer({"entries": queries.count_entries(uow.session, client_ids)})


def _filter(query: dict[str, Any]) -> queries.Filter:
    return queries.Filter(
        types=_types(query.get("kind")),
        actors=query.get("actor"),
        person=query.get("person"),
        since=query.get("since"),
        until=query.get("until"),
    )


def _types(kinds: list[str] | None) -> list[str] | None:
    """The types of these kinds that the caller may see; None where nothing narrows them."""
    permissions = current_identity().permissions
    if kinds is None and viewing.sees_whole_timelines(permissions):
        return None
    visible = viewing.visible_types(permissions)
    return sorted(visible if kinds is None else visible & set(texts.types_of(kinds)))
