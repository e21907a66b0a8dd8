"""One search over clients, projects, invoices and documents."""

from __future__ import annotations

from typing import Any

from services.clients.gateway import composing
from services.clients.gateway.gateway import LIMIT_SECONDS
from services.clients.gateway.passing import composes, fetch_from
from services.clients.search import queries
from services.clients.search.rules import KINDS, ordered
from services.clients.search.schemas import SearchQuery, SearchView
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, runtime
from shared.http.identity import origin_of
from shared.security.identity import Identity
from shared.security.permissions import CLIENTS_VIEW, CLIENTS_VIEW_TAX_ID

# Some documents belong to drafts, which are no clients yet: more are asked for than are shown.
_SPARE = 2

blueprint = ApiBlueprint("search", __name__, url_prefix="/v1/search")


@blueprint.route("", methods=["GET"])
@composes(CLIENTS_VIEW)
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, SearchView)
def get_search(identity: Identity, query: dict[str, Any]) -> Answer:
    """What has words that begin as those typed: what goes by the very code or number first, then
    clients, projects, invoices, documents, of each kind what the caller may view."""
    typed, most = query["q"], query["limit"]
    kinds = [kind for kind in query["kinds"] if KINDS[kind] in identity.permissions]
    ask = _documents(identity, typed, most) if "document" in kinds else None
    with runtime().unit_of_work(origin_of(identity)) as uow:
        sees = CLIENTS_VIEW_TAX_ID in identity.permissions
        found = queries.find_here(uow, typed, kinds, most, see_tax_ids=sees)
    there, away = composing.gather([composing.Part("documents", ask)], LIMIT_SECONDS)
    if there["documents"] is not None:
        with runtime().unit_of_work(origin_of(identity)) as uow:
            found += queries.find_documents(uow.session, there["documents"]["data"], most)
    return Answer({"data": ordered(found, typed), "unavailable": away})


def _documents(identity: Identity, typed: str, most: int) -> Any:
    params = {"q": typed, "limit": most * _SPARE}
    return fetch_from(identity, "documents", "/v1/documents/search", params)
