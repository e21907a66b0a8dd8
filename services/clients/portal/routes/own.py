"""A contact's own profile."""

from __future__ import annotations

from typing import Any

from services.clients.access import queries as access
from services.clients.portal import rules
from services.clients.portal.operations import profile
from services.clients.portal.queries.access import find_manager, get_access
from services.clients.portal.routes.callers import visitor, visits
from services.clients.portal.schemas.signing_in import (
    PortalMeView,
    PortalNameBody,
    PortalPasswordBody,
    me_json,
)
from services.clients.records.queries.clients import get_client
from shared.http.blueprint import ApiBlueprint
from shared.http.callers import whence
from shared.http.edge import Answer, reads, runtime, writes
from shared.http.lanes import PASSWORDS, in_lane
from shared.http.steps import Begin, steps
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "portal-me", __name__, url_prefix="/v1/portal/me", description="A contact's own profile"
)


@blueprint.route("", methods=["GET"])
@visits()
@reads(None)
@blueprint.response(200, PortalMeView)
def get_me(uow: UnitOfWork) -> Answer:
    """Who is asking, for which company, what is shared, and who looks after them."""
    return _me(uow)


@blueprint.route("", methods=["PATCH"])
@visits()
@writes(None)
@blueprint.arguments(PortalNameBody)
@blueprint.response(200, PortalMeView)
def patch_me(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Be called otherwise; one's address is for the firm to change."""
    profile.rename(uow, visitor(), body["name"])
    return _me(uow)


@blueprint.route("/password", methods=["PUT"])
@in_lane(PASSWORDS)
@visits()
@steps(None)
@blueprint.arguments(PortalPasswordBody)
@blueprint.response(204)
def put_password(begin: Begin, body: dict[str, Any]) -> Answer:
    """Choose a password; every other session ends. The present one is asked for where there is
    one and the session did not just begin by a mailed link."""
    profile.choose_password(
        runtime(), begin, visitor(), body["password"], body["new_password"], whence()
    )
    return Answer(None, 204)


def _me(uow: UnitOfWork) -> Answer:
    me = visitor()
    found = get_access(uow.session, me.access_id)
    client = get_client(uow.session, me.client_id).client
    shown = me_json(
        found,
        client,
        access.get_workspace(uow),
        find_manager(uow.session, client),
        reports=me.scopes.issuperset(rules.REPORTS),
        needs_password=profile.needs_password(uow, me, found),
    )
    return Answer(shown)
