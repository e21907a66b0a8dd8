"""The list of clients, its totals, and the views that people keep of it."""

from __future__ import annotations

import uuid
from typing import Any

from services.clients.access.queries import names_of
from services.clients.listing import operations
from services.clients.listing.models import SavedView
from services.clients.listing.queries import clients, saved_views
from services.clients.listing.queries.facets import count_by_facet
from services.clients.listing.schemas import (
    ClientListQuery,
    ClientPageView,
    FacetsQuery,
    FacetsView,
    SavedViewPageView,
    SavedViewView,
    ViewBody,
    ViewChanges,
    view_json,
)
from services.clients.records.models.record import COLUMNS
from services.clients.records.operations.reading_tax_ids import LIST, note_shown
from services.clients.records.schemas.field_selection import check_names, columns_for, pick
from services.clients.records.schemas.views import ClientSummaryView, present_summary
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, writes
from shared.http.identity import current_identity
from shared.http.schemas import PageQuery
from shared.security.permissions import CLIENTS_VIEW, CLIENTS_VIEW_TAX_ID, WORKSPACE_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "views", __name__, url_prefix="/v1", description="The list of clients, and saved views of it"
)

_ONE = "/views/<uuid:view_id>"


@blueprint.route("/clients", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(ClientListQuery, location="query")
@blueprint.response(200, ClientPageView)
def get_clients(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """A page of clients; `q` finds words by their beginnings, in any order."""
    allowed = current_identity().permissions
    names = query.pop("names", None)
    wanted = saved_views.parameters(uow, query)
    names = wanted.get("fields") if names is None else names
    if names is not None:
        check_names(uow, names, ClientSummaryView)
    columns = COLUMNS if names is None else columns_for(names)
    filters = clients.Filters.of(wanted, see_tax_ids=CLIENTS_VIEW_TAX_ID in allowed)
    found = clients.list_clients(uow, filters, query.get("cursor"), query["limit"], columns)

    def show(client: Any) -> dict[str, Any]:
        shown = present_summary(client, uow.vault, allowed)
        return shown if names is None else pick(shown, names)

    answer = Answer(found.as_dict(show))
    note_shown(uow, allowed, LIST, answer.body["data"])
    return answer


@blueprint.route("/clients/facets", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(FacetsQuery, location="query")
@blueprint.response(200, FacetsView)
def get_facets(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Totals by status, industry, size, service type and owner, under the list's filters."""
    allowed = current_identity().permissions
    wanted = saved_views.parameters(uow, query)
    filters = clients.Filters.of(wanted, see_tax_ids=CLIENTS_VIEW_TAX_ID in allowed)
    counts = count_by_facet(uow, filters)
    totals = {name: _ordered(found) for name, found in counts.items()}
    names = names_of(uow, [value for value in counts["owner_id"] if value is not None])
    for each in totals["owner_id"]:
        each["name"] = names.get(each["value"])
    return Answer(totals)


def _ordered(counts: dict[str | None, int]) -> list[dict[str, Any]]:
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0] or ""))
    return [{"value": value, "count": count} for value, count in by_count]


@blueprint.route("/views", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, SavedViewPageView)
def get_views(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """The caller's own views and those that are shared, by name."""
    return Answer(saved_views.list_views(uow, query["cursor"], query["limit"]).as_dict(view_json))


@blueprint.route("/views", methods=["POST"])
@writes(CLIENTS_VIEW)
@blueprint.arguments(ViewBody)
@blueprint.response(201, SavedViewView)
def post_view(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Keep parameters of the list of clients under a name."""
    _check_query(uow, body)
    view = operations.add_view(uow, body)
    return _answer(view, 201, f"/v1/views/{view.id}")


@blueprint.route(_ONE, methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.response(200, SavedViewView)
def get_view(uow: UnitOfWork, view_id: uuid.UUID) -> Answer:
    """One view."""
    return _answer(saved_views.get_view(uow, view_id))


@blueprint.route(_ONE, methods=["PATCH"])
@writes(CLIENTS_VIEW)
@blueprint.arguments(ViewChanges)
@blueprint.response(200, SavedViewView)
def patch_view(uow: UnitOfWork, body: dict[str, Any], view_id: uuid.UUID) -> Answer:
    """Rename a view, change what it shows, share it or keep it to oneself."""
    _check_query(uow, body)
    return _answer(operations.update_view(uow, view_id, body, if_match(), manages=_manages()))


@blueprint.route(_ONE, methods=["DELETE"])
@writes(CLIENTS_VIEW)
@blueprint.response(204)
def delete_view(uow: UnitOfWork, view_id: uuid.UUID) -> Answer:
    """Throw a view away."""
    operations.remove_view(uow, view_id, if_match(), manages=_manages())
    return Answer(None, 204)


def _check_query(uow: UnitOfWork, body: dict[str, Any]) -> None:
    names = body.get("query", {}).get("fields", ())
    check_names(uow, names, ClientSummaryView, "query.fields")


def _manages() -> bool:
    return WORKSPACE_MANAGE in current_identity().permissions


def _answer(view: SavedView, status: int = 200, location: str | None = None) -> Answer:
    return Answer(view_json(view), status, etag=view.version, location=location)
