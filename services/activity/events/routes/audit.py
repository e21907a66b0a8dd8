"""The audit, which the façade passes on to: the workspace's own matters, apart from timelines."""

from __future__ import annotations

from typing import Any

from services.activity.events import schemas
from services.activity.events.queries import timeline as queries
from services.activity.events.rules import audit as rules
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads
from shared.http.identity import current_identity
from shared.security.permissions import USERS_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("audit", __name__, url_prefix="/v1/audit")


@blueprint.route("", methods=["GET"])
@reads(USERS_MANAGE)
@blueprint.arguments(schemas.AuditQuery, location="query")
@blueprint.response(200, schemas.AuditPage)
def get_audit(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
    """Who came in and who was refused, whose rights changed, which keys and webhooks were made, and
    what was looked at or taken out; what asks for a right of its own only to those who have it."""
    wanted = queries.Filter(
        actors=query.get("actor"),
        person=query.get("person"),
        since=query.get("since"),
        until=query.get("until"),
    )
    types = rules.types_of(query.get("kind"), current_identity().permissions)
    found = queries.audit(
        uow.session,
        uow.vault,
        types,
        wanted,
        newest_first=query["order"] == schemas.NEWEST,
        scope=f"audit:{query['order']}:{types}:{wanted}",
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    return Answer(found.as_dict(schemas.present_audited))
